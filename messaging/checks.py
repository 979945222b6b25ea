"""The carrier's words can't be answer words: it acts on them itself, and a text that is only STOP never comes to us
as an answer.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from core.wording import ALL_TEXTS
from messaging.questions import QUESTIONS
from sms.access import RESERVED

# In capitals, or straight after a word that asks for it: "reply stop".
CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
ASKED_FOR = re.compile(
    r"\b(?:reply|text|send|answer|type|ateb|atebwch|tecstiwch|whakahoki|patuhi)\s+(?:with\s+)?[\"'“‘]?(\w+)",
    re.IGNORECASE,
)
# A lone YES from somebody who has not stopped texts comes to us as words, and people do type it. Nothing asks for it.
UNDERSTOOD = frozenset({"YES"})


@register()
def texts_ask_for_no_reserved_word(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    for text in ALL_TEXTS.values():
        for language, words in text.by_language.items():
            asked = {word.upper() for word in [*CAPITALS.findall(words), *ASKED_FOR.findall(words)]} & RESERVED
            if asked:
                yield Error(
                    f"The text “{text.name}” ({language}) asks for {', '.join(sorted(asked))}.",
                    hint="The carrier acts on this word; ask for a number.",
                    id="handrail.E020",
                )


@register()
def answers_are_no_reserved_words(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    for question in QUESTIONS.values():
        words = {phrase.upper() for phrases in question.said.values() for phrase in phrases}
        if reserved := (words | {label.upper() for label in question.labels}) & (RESERVED - UNDERSTOOD):
            yield Error(
                f"The question “{question.key}” takes {', '.join(sorted(reserved))} for an answer.",
                hint="The carrier acts on this word, so it never answers anything; take another.",
                id="handrail.E021",
            )
