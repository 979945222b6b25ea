"""The words of a text message, in every language that Handrail speaks.

A text names no agency, no drug and no surname, asks one question and is written for reading age 9
(docs/wording.md). Each `Texts` is known to `ALL_TEXTS`, so a lint reads them all.
"""

from collections.abc import Mapping

LANGUAGES = ("en-gb", "cy", "mi")
ALL_TEXTS: dict[str, "Texts"] = {}


class Texts:
    """One text in English, Welsh and te reo Māori, with {placeholders}."""

    def __init__(self, name: str, *, en: str, cy: str, mi: str) -> None:
        self.name = name
        self.by_language: Mapping[str, str] = {"en-gb": en, "cy": cy, "mi": mi}
        ALL_TEXTS[name] = self

    def say(self, language: str, **values: str | int) -> str:
        """The text in `language`; English where the language is not one of ours."""
        return self.by_language.get(language, self.by_language["en-gb"]).format(**values)
