"""How many texts some words cost (GSM 03.38: 160 or 153 a part; UCS-2: 70 or 67)."""

from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = frozenset("^{}\\[~]|€\f")
# Typographic characters that would more than double the cost, and the plain ones that say the same.
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})


@dataclass(frozen=True)
class Fit:
    """How many texts it takes, and how many characters are left in the last."""

    segments: int
    left: int


def plain(words: str) -> str:
    """`words` with typographic quotes, dashes and spaces made plain; the meaning stays."""
    return words.translate(PLAIN)


def fit(words: str) -> Fit:
    """What `words` cost as they stand. An empty text still costs one."""
    if all(char in GSM_BASIC or char in GSM_ESCAPED for char in words):
        return _fit(sum(2 if char in GSM_ESCAPED else 1 for char in words), one=160, more=153)
    return _fit(len(words.encode("utf-16-be")) // 2, one=70, more=67)


def _fit(units: int, one: int, more: int) -> Fit:
    if units <= one:
        return Fit(1, one - units)
    segments = -(-units // more)
    return Fit(segments, segments * more - units)
