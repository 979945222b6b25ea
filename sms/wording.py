"""Texts that sms itself sends."""

from core.wording import Texts

UNKNOWN_SENDER = Texts(
    "unknown sender",
    en="Thanks for your text. We do not know this number, so nobody will write back. In danger? Call 999 (NZ: 111).",
    cy="Diolch am eich neges. Nid ydym yn adnabod y rhif hwn. Mewn perygl? Ffoniwch 999.",
    mi="Kia ora. Kāore mātou i te mōhio ki tēnei nama. He mōrearea? Waea 111.",
)
