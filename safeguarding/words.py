"""Words that may mean danger, in the three languages. They only ever raise an alert; a person judges.

The lists are a first net, kept wide on purpose: a false alarm costs a phone call. They are written for
how people text: no apostrophes, doubled letters, "wanna".
"""

import re
import unicodedata

from safeguarding.models import Alert

Level = Alert.Level

RED = (
    # English
    r"kill(ing)? (my ?self|me)\b",
    r"\b(end|ending|take|taking) (it all|my (own )?life)\b",
    r"\b(want|wanna|going|gonna|ready|plan(ning)?) (to )?die\b",
    r"\bsuicid(e|al)\b",
    r"\b(better off|rather be|wish i was|wish i were) dead\b",
    r"\b(cant|can not|cannot|dont want to) (go on|be here|live)( any ?more| anymore)\b",
    r"\b(i|ive|i have|just|hes|shes|theyve) (took|taken|take|taking|have)? ?(an )?(overdose|od|oded)\b",
    r"\boverdos(e|ed|ing)\b",
    r"\b(not|isnt|stopped) breathing\b",
    r"\b(going to|gonna|will|want to) (kill|stab|shoot) (him|her|them|you|someone|somebody)\b",
    r"\bhang(ing)? my ?self\b",
    # Welsh
    r"\blladd (fy hun|fi fy hun)\b",
    r"\bhunanladdiad\b",
    r"\b(eisiau|isio|am) marw\b",
    r"\bgorddos\b",
    r"\bdim eisiau byw\b",
    # Te reo Maori
    r"\bwhakamomori\b",
    r"\bpatu (i a )?(au|ahau)\b",
    r"\bhiahia (ana )?(ahau |au )?(ki te )?mate\b",
)
AMBER = (
    r"\b(want|wanna|going|gonna|need|tempted|about) (to )?(use|score|relapse|pick up)\b",
    r"\b(i|ive|i have) (used|relapsed|lapsed|slipped|scored)\b",
    r"\bself ?harm(ed|ing)?\b",
    r"\b(cut|cutting|hurt|hurting) (my ?self)\b",
    r"\b(hits|hit|beats|beat|hurts|hurt) me\b",
    r"\b(scared|afraid) (of him|of her|to go home)\b",
    r"\bno (point|reason) (in |to )?(living|going on|any ?more|live)\b",
    r"\b(eisiau|isio) (defnyddio|iwsio)\b",
    r"\bhiahia (ana )?(ahau |au )?(ki te )?whakamahi\b",
)


def level_of(words: str) -> Alert.Level | None:
    """How badly these words need a person: red, amber, or None. Looks at every language at once:
    people mix them.
    """
    text = _folded(words)
    if any(re.search(pattern, text) for pattern in RED):
        return Level.RED
    if any(re.search(pattern, text) for pattern in AMBER):
        return Level.AMBER
    return None


def _folded(words: str) -> str:
    """Lower case, no accents, no apostrophes, single spaces: as people type in a hurry."""
    text = unicodedata.normalize("NFKD", words).lower()
    text = "".join(char for char in text if not unicodedata.combining(char) and char not in "'’`")
    return " ".join(re.sub(r"[^\w]+", " ", text).split())
