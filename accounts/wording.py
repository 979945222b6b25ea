"""The texts that accounts sends."""

from core.wording import Texts

CODE = Texts(
    "sign-in code",
    en="Your code is {code}. It works for 10 minutes. Keep it to yourself.",
    cy="Eich cod yw {code}. Mae'n gweithio am 10 munud. Peidiwch a'i rannu.",
    mi="Ko {code} tō waehere. Ka mahi mō te 10 meneti. Kaua e tuari.",
)
