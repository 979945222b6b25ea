"""Words that may mean danger: what people text, and what must be heard in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.words import level_of

RED = [
    # English: suicide
    "I want to kill myself",
    "kill meself",
    "im gonna kill mysen",
    "k\u200bill myself",
    "ki\u00adll my\u2060self",
    "k1ll myself",
    "ki11 myself",
    "killlll myself",
    "kill_myself",
    "gonna top myself",
    "thinking of hanging myself",
    "i wanna kms",
    "kms",
    "cant do it no more gonna kms",
    "I dont wanna be here anymore",
    "I don’t want to be here any more",
    "dont want to be alive",
    "don´t want to live like this",
    "dont wanna wake up",
    "i want to die",
    "1 i want to die",
    "i want 2 die",
    "want 2 die",
    "want 2die",
    "wanna d1e",
    "want to end it",
    "i wanna end it",
    "im going to end it all",
    "I cant go on anymore",
    "going to jump off the bridge",
    "suiside",
    "sucide",
    "feeling suicidal",
    "su1cide",
    "i slit my wrists",
    "cut my wrists",
    # English: overdose
    "i took 40 paracetamol",
    "taken about 30 blue tablets",
    "i took too many pills",
    "took too much",
    "necked a whole box of pills",
    "hes od'd",
    "he’s OD’d",
    "shes overdosed",
    "he has stopped breathing",
    # English: violence
    "he's hitting me",
    "my bf is beating me up",
    "he strangled me",
    "he raped me",
    "i was raped",
    "hes got a knife",
    "help me please he is here",
    "help hes outside",
    "im gonna kill him",
    # Welsh
    "lladd fi'n hun",
    "dwi am ladd fy hun",
    "dwi isio marw",
    "dwi ddim isio byw",
    "mae ganddo gyllell",
    "mae o wedi fy nhreisio",
    # Te reo Māori
    "whakamomori",
    "kei te hiahia au ki te mate",
    "kāore au e hiahia ana ki te ora",
    "kei a ia he naihi",
]
AMBER = [
    # English
    "help",
    "HELP",
    "help!!",
    "Help me please",
    "pls help",
    "i need help",
    "Im not safe",
    "I don't feel safe",
    "scared of my boyfriend",
    "scared of him",
    "scared to go home",
    "he hit me",
    "he beat me up last night",
    "I dont want to be here",
    "no point going on",
    "1 want to use tonight",
    "want 2 use",
    "need to score a bag",
    "i used last night",
    "ive used the gear again",
    "i relapsed",
    "been cutting myself",
    "s3lf harm",
    # Welsh
    "helpwch fi",
    "dwi ddim yn saff",
    "dwi isio defnyddio",
    "mae gen i ofn fy nghariad",
    # Te reo Māori
    "āwhina mai",
    "kāore au i te haumaru",
    "kei te mataku au i a ia",
    "kei te hiahia au ki te whakamahi",
]
NOTHING = [
    # English
    "killing time",
    "my feet are killing me",
    "dead tired",
    "dying for a brew",
    "nearly died laughing, want to die laughing more often",
    "I could murder a kebab",
    "end of the week",
    "at the end it all worked out",
    "want to end it with him",
    "took the dog out",
    "took 2 paracetamol for my head",
    "took 20 mg diazepam as usual",
    "it took too much time",
    "used the bus",
    "I used the bus",
    "i used to live there",
    "going to use the loo",
    "need to pick up my kids",
    "i scored 2 goals",
    "i slipped on the ice",
    "cut my hair",
    "helped my mum",
    "help with my CV?",
    "can you help me with my CV",
    "hes odd",
    "ran 5 kms",
    "walked 2 kms today",
    "a few kms away",
    "dont want to live with my mum",
    "it just hit me that its Friday",
    "hit me up later",
    "he beat me at pool",
    "got a knife and fork for the flat",
    "shot myself in the foot there",
    "1",
    "4 slept 3 hours",
    "2nite at 7?",
    "yes",
    "",
    # Welsh
    "lladd amser",
    "dwi isio paned",
    "diolch am yr help",
    "mae hi'n od",
    # Te reo Māori
    "kua mate te pūhiko",
    "kei te hiahia au ki te kai",
    "he āwhina nui koe",
]
LEVELS = (("red", RED), ("amber", AMBER), (None, NOTHING))
CASES = [(sentence, level) for level, sentences in LEVELS for sentence in sentences]


@pytest.mark.parametrize(("words", "level"), CASES, ids=[f"{level}: {words!r}" for words, level in CASES])
def test_what_people_text_is_heard(words: str, level: str | None) -> None:
    assert level_of(words) == level


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_breaks_it(words: str) -> None:
    assert level_of(words) in {"red", "amber", None}


@given(st.sampled_from(RED), st.sampled_from("\u00ad\u200b\u200c\u200d\u2060\ufeff"), st.data())
def test_nothing_invisible_hides_danger(words: str, unseen: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words)))
    assert level_of(words[:place] + unseen + words[place:]) == "red"
