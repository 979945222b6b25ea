"""The carrier's words can't be answer words: a text that is only YES never reaches us as an answer."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from core.wording import ALL_TEXTS
from sms.access import RESERVED


@register()
def texts_ask_for_no_reserved_word(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    for text in ALL_TEXTS.values():
        for language, words in text.by_language.items():
            asked = RESERVED & set(re.findall(r"[A-Z]{2,}", words))
            if asked:
                yield Warning(
                    f"The text “{text.name}” ({language}) asks for {', '.join(sorted(asked))}.",
                    hint="The carrier acts on this word; ask for a number.",
                    id="handrail.W020",
                )
