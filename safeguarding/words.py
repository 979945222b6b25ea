"""Words that may mean danger, in the three languages. They only ever raise an alert; a person judges.

The lists are a first net, kept wide on purpose: a false alarm costs a phone call. They are written for
how people text: no apostrophes, tripled letters, "wanna", "k1ll", "2 die". What a pattern need not know is
folded away first (`_readings`). What must and must not be caught is in tests/test_words.py.
"""

import re
import unicodedata
from collections.abc import Iterator

from safeguarding.models import Alert

Level = Alert.Level

# What the English patterns share.
MYSELF = r"(my ?self|me ?self|mself|mysen)"
WISH = r"(want|wanted|wanna|wana|going|gonna|gunna|ready|plan|planning|rather)"
URGE = r"(want|wanna|wana|going|gonna|gunna|need|tempted|about)"
NO_WISH = r"(dont|do not|didnt|no longer) (want to|wanna|wana)"
THEY = r"(he|she|they|hes|shes|theyre)"
NEAR = r"(him|her|them|my (boyfriend|girlfriend|partner|ex|bf|gf|husband|wife|dad|mum|mam|father|mother|brother|son))"
TOOK = r"(took|taken|taking|swallowed|had|necked)"
PILLS = r"(paracetamols?|ibuprofens?|pills|tablets|tabs|tramadols?|diazepams?|valiums?|meds)"
DRUGS = r"(gear|drugs|heroin|smack|brown|crack|coke|meth|ket|spice|mamba|bags?|rocks?|pipe|vallies|pregabs)"
# "Used the bus", "used to", "need to use your phone", "scored 2 goals".
NOT_A_THING = r"(?! (the|my|me|your|our|his|her|their|a|an|this|that|to|up|all|public|\d+)\b)"
# "5 kms", "a few kms": no more than a distance.
NOT_FAR = r"(?<!\d )" + "".join(
    rf"(?<!\b{word} )" for word in ("two", "three", "four", "five", "ten", "few", "many", "more", "couple", "of", "the")
)

RED = (
    # English: suicide
    rf"\b(kill|hang|top|drown|shoot|stab|poison|end|unalive)([pb]?ing)? {MYSELF}\b(?! (up|in the foot))",
    r"\bkill me\b",
    rf"\b{THEY} (is |are )?killing me\b",
    rf"{NOT_FAR}\bkms\b(?! (away|from|an hour|per|to go))",
    r"\b(end|ending|take|taking) my (own )?life\b",
    r"(?<!\bthe )\b(end|ending) it all\b",
    r"\b(take|taking) it all\b(?! (in|off|out|away|back|with)\b)",
    rf"\b({WISH}|need|might|should|just) (to )?end it\b(?! with (him|her|them|us|my)\b)",
    rf"\b{WISH} (to )?die\b(?! (laughing|of (boredom|embarrassment|heat|cold))\b)",
    rf"\b{WISH} (to )?(jump|step|walk) (off|in front of|under)\b",
    r"\bsu[ie]*[cs]+[iy]e?d(e|al)\b(?! squad)",
    r"\b(better off|rather be|wish i was|wish i were) dead\b",
    r"\b(cant|can not|cannot) (go on|be here|live) any ?more\b",
    rf"\b{NO_WISH} (be here|go on) any ?more\b",
    rf"\b{NO_WISH} (be alive|exist)\b",
    rf"\b{NO_WISH} live\b(?! (with|at|there|near|next|here|on|in (?!this world))\b)",
    rf"\b{NO_WISH} wake up( tomorrow| again| any ?more)?$",
    r"\b(slit|slitting|cut|cutting|slash|slashed|slashing) my (wrists?|throat|veins?)\b",
    # English: overdose
    r"\b(i|ive|i have|just|he|hes|she|shes|they|theyve) (took|taken|take|taking|have)? ?(an )?(overdose|od)\b",
    r"\b(overdos(e|ed|ing)|oded|oding|od on)\b",
    rf"\b{TOOK} (about |like )?(\d\d+|too many|loads of) (?!mg|ml)(\w+ )?{PILLS}\b",
    rf"\b{TOOK} (all|the whole|a whole) (\w+ ){{0,3}}{PILLS}\b(?! (today|this|like|as)\b)",
    r"(?<!\bit )(?<!\bthat )\b(took|taken) (way |far )?too (much|many)\b(?! (time|effort|work|money|space|out)\b)",
    r"\b(not|isnt|stopped) breathing\b",
    # English: violence
    r"\b(going to|gonna|gunna|will|want to|wanna|ill) (kill|stab|shoot) (him|her|them|you|someone|somebody)\b",
    rf"\b({THEY}|{NEAR}) (\w+ )?(hitting|beating|punching|kicking|hurting|attacking) me\b(?! at\b)",
    r"\b(strangled|strangling|stabbed|stabbing|raped|raping|choking) me\b",
    r"\b(been|was|got|getting) (raped|strangled|stabbed|sexually assaulted)\b",
    r"\b(got|has|have|with|holding|pulled) (a|the|his|her) (knife|gun|machete|blade)\b(?! (and fork|set|drawer)\b)",
    rf"\bhelp( me)?( please| pls| plz)? {THEY} (is |are )?(here|outside|coming|back|at (the|my) door|in the house)\b",
    # Welsh
    r"\bl?ladd (fy|fi fy|fin|fi n|fyn) hun(an)?\b",
    r"\bhunanladdiad\b",
    r"\b(eisiau|isio|ishe|moyn|am) marw\b",
    r"\bgorddos\b",
    r"\bd?dim (eisiau|isio|ishe|moyn) (byw|bod yma)\b",
    r"\b(ganddo|gynno|gyda) (fo |fe |o )?(gyllell|cyllell|wn)\b",
    r"\bfy (nhreisio|nhagu|nghuro)\b",
    # Te reo Maori
    r"\bwhakamomori\b",
    r"\bpatu (i a |i )?(au|ahau)\b",
    r"\bhiahia (ana )?(ahau |au )?(ki te )?mate\b",
    r"\bkaore (au|ahau) (e |i te )?hiahia (ana )?(ki te )?ora\b",
    r"\bkei a ia (he|te|tetahi) (naihi|maripi|pu)\b",
)
AMBER = (
    # English: using again
    rf"\b{URGE} (to )?(use|score|relapse)\b{NOT_A_THING}",
    rf"\b{URGE} (to )?(use|score) (\w+ ){{0,2}}{DRUGS}\b",
    rf"\b{URGE} (to )?pick up\b(?! (from|some|milk|bits|kids|work)\b){NOT_A_THING}",
    rf"\b(i|ive|i have) (just )?(used|relapsed|lapsed|scored)\b{NOT_A_THING}",
    rf"\b(i|ive|i have) (just )?(used|scored) (\w+ ){{0,2}}{DRUGS}\b",
    r"\b(i|ive|i have) (just )?slipped\b(?! (on|over|down|off|out|in)\b)",
    # English: harm and fear
    r"\bself ?harm(ed|ing)?\b",
    rf"\b(cut|cutting|hurt|hurting|burn|burning) {MYSELF}\b",
    r"\b(cut|cutting) my (arms|legs|thighs)\b",
    r"(?<!\bit )(?<!\bit just )\b(hits|hit|hurts|hurt|punched|kicked|slapped|attacked|threatened) me\b(?! (up|that)\b)",
    r"\b(beats|beat|battered) me\b(?! (at|to)\b)",
    rf"\b(scared|afraid|frightened|terrified) (of|off) {NEAR}\b",
    r"\b(scared|afraid|frightened) to (go home|be at home|be here)\b",
    r"\b(not|isnt|dont feel|do not feel|didnt feel) safe\b",
    r"\b(im|i am|feel|feeling) unsafe\b",
    rf"\b{NO_WISH} be here\b",
    r"\b(cant|can not|cannot) (cope|do this any ?more|take (it|this) any ?more)\b",
    r"\bno (point|reason) (in |to )?(living|going on|any ?more|live)\b",
    # A text that says no more than this. HELP is a carrier keyword, and may mean help all the same.
    r"^((please|pls|plz) )*(i (really )?need )?help( (me|us|please|pls|plz|now|help))*$",
    # Welsh
    r"\b(eisiau|isio) (defnyddio|iwsio)\b",
    r"\b(dwi|dw i|dwi n|rwy|dydw i) ddim yn (saff|ddiogel)\b",
    r"\bofn (fy nghariad|fo|fe|fy ngwr|fy mhartner)\b",
    r"^(helpwch|helpa|cymorth)( (fi|plis))*$",
    # Te reo Maori
    r"\bhiahia (ana )?(ahau |au )?(ki te )?whakamahi\b",
    r"\bkaore (au|ahau) i te haumaru\b",
    r"\bmataku (ana )?(au|ahau) i (a ia|taku tane|taku wahine|taku hoa)\b",
    r"^(awhina|awhinatia)( (mai|ahau|au|koa))*$",
)
# Digits that stand for letters, within a word. One stands for two of them: "k1ll", "ki11".
DIGITS = [str.maketrans("013457", f"o{one}east") for one in "il"]


def level_of(words: str) -> Alert.Level | None:
    """How badly these words need a person: red, amber, or None. Looks at every language at once:
    people mix them.
    """
    readings = set(_readings(_folded(words)))
    for level, patterns in ((Level.RED, RED), (Level.AMBER, AMBER)):
        if any(re.search(pattern, text) for pattern in patterns for text in readings):
            return level
    return None


def _folded(words: str) -> str:
    """Lower case, no accents, no apostrophes, nothing invisible, single spaces: as people type in a hurry."""
    text = unicodedata.normalize("NFKD", words.replace("´", "'")).lower()
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cf", "Mn", "Me"})
    # Without its apostrophe, "he's od'd" would be no more than odd.
    text = re.sub(r"\bod['’]d\b", "oded", text)
    text = re.sub(r"['’‘`ʼ]", "", text)
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, and as it sounds where digits are letters and letters are tripled."""
    for reading in (text, *(_spelt_out(text, digits) for digits in DIGITS)):
        yield reading
        for fewer in (r"\1\1", r"\1"):
            yield re.sub(r"([a-z])\1{2,}", fewer, reading)


def _spelt_out(text: str, digits: dict[int, int]) -> str:
    """ "want 2 die" and "k1ll" in letters. A distance keeps its number."""
    text = re.sub(r"\b2(?!\d| ?kms\b)", "to ", text)
    text = re.sub(r"\b\w*[a-z]\w*\b", lambda word: word[0].translate(digits), text)
    return " ".join(text.split())
