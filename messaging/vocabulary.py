"""The words around an answer, as people text them in three languages: lower case, without accents and apostrophes.

messaging.answers reads with these; the words of the scales themselves stand beside them (messaging.questions).
"""

import re


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "un": 1, "dau": 2, "dwy": 2, "tri": 3, "tair": 3, "pedwar": 4, "pedair": 4, "pump": 5,
    "tahi": 1, "rua": 2, "toru": 3, "wha": 4, "rima": 5,
}  # fmt: skip
# More than any scale has: a second number in a text all the same.
OTHER_NUMBERS = _words(
    "six seven eight nine ten eleven twelve half chwech saith wyth naw deg hanner ono whitu waru iwa tekau"
)
# Words of every sentence, and numbers only where they stand as one.
EVERYDAY = _words("one un")
# Words that change nothing about a yes, a no, a number or a step of a scale.
POLITE = _words("please pls plz thanks thank you ta cheers mate today tbh xx x diolch plis os gwelwch yn dda heddiw")
POLITE |= _words("kia ora koa")
# What people put before a number: "its a 4", "id say 4", "number 4".
FILLERS = _words("a about i m im am it s its is id say feeling feel maybe probably today number num answer")
FILLERS |= _words("heddiw rif ateb ko he")
# What may stand around a step of a scale: "just a bit thanks". "Maybe" is doubt, and doubt is asked about; "kia kaha"
# wishes strength.
AROUND = (POLITE - _words("kia ora")) | _words("a it s its is been just ko he yn")
# Around a feeling alone: "im strong" says nothing of how strong the pull is.
OF_ME = _words("i m im am feeling feel felt dwi rwy au")
# "5 mins late", "4 days clean", "3 beers": a number of something else.
AMOUNTS = (
    r"cans?|pints?|beers?|drinks?|bottles?|units?|bags?|pills?|tablets?|tabs?|fags?|smokes?|joints?|lines?|"
    r"shots?|glass(?:es)?|vodkas?|wines?|ciders?|lagers?|whisk(?:e?y|e?ys|ies)|spliffs?|rocks?|grams?|g|wraps?|hits?|"
    r"valium|benzos?|blues|subs|doses?|overdoses?|ods?|slips?|lapses?|relapses?|"
    r"kids?|miles?|meals?|stone|kg|grand|left|percent|oclock"
)
COUNTS = re.compile(
    r"[ -]*(st|nd|rd|th|more|days?|weeks?|months?|years?|yrs?|hours?|hrs?|mins?|minutes?|secs?|times?|people|quid|"
    r"pounds?|am|pm|o|of|nights?|mornings?|or|to|neu|ranei|question|diwrnod|wythnos|mis|awr|munud|ra|wiki|haora|meneti)\b"
    rf"| ?({AMOUNTS})\b"
)
# "2 be honest", "4 you", "2 tired": the sound of a word, not a number.
SOUNDS = {
    2: re.compile(r" +(be|b|much|many|tired|bad|late|hard|far|long|early|busy|the|my|work|bed|sleep|go|see|get)\b"),
    4: re.compile(r" +(u|you|me|real|sure|now|ever|him|her|them|us|the|my)\b"),
}
OUT_OF_FIVE = re.compile(r"\s*(/|out of|allan o)\s*(5|five|pump)\b")
# A pause before a number at the end: "rough day, 4", "bit rough - 4".
PAUSE = re.compile(r"[^\w\s&%£$€#@+*/]")
# Straight before a number in digits, they speak of feeling: "bit rough 4".
MOODS = _words("ok okay good bad rough alright right fine low meh tired great strong iawn isel cryf pai pouri kaha")
# A number at the end of such a text may be a time, a place or an amount: "back later, 4", "the pills i took - 4".
ELSEWHERE = _words(
    "at till til until by from past after before back see meet meeting later soon tomorrow tonight appointment appt "
    "court bus train call ring phone clock took taken used drank smoked scored owe owed paid cost lost slept won "
    "gweld yfory wedyn nol galwad ffon cam hyd tan hoki apopo waea taima"
)
# And straight before the pause these make it one of something else, or no answer at all: "step: 4", "no - 4".
NOT_THIS = _words(
    "no not isnt wasnt aint never nearly almost over under above below than only another every yesterday last next "
    "step room flat door bed wing nid ddim dim na kaua kaore kore"
)
