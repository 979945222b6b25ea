"""The docs name what there is: a step, a hook, a setting or a reason that nobody wrote down fails here, and so does a
link that leads nowhere.
"""

import re
from pathlib import Path

import pytest

from core import dispatch
from core.hooks import Hook
from mentors import hooks as mentors_hooks
from messaging.text_rows import KINDS
from sms import hooks as sms_hooks
from sms.explain import BY_CODE, REASONS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def read(name: str) -> str:
    return (ROOT / name).read_text()


def anchors(page: str) -> set[str]:
    """The headings of a page, as links name them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for name, anchor in LINK.findall(page.read_text()):
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), name
        assert not anchor or anchor in anchors(target.read_text()), f"{name}#{anchor}"


def test_every_step_of_the_dispatcher_is_in_its_table() -> None:
    told = set(re.findall(r"^\| `([\w.]+)`", read("docs/dispatcher.md"), flags=re.MULTILINE))
    assert {step.name for step in dispatch._steps} == told


def test_the_steps_with_a_round_of_their_own_are_marked() -> None:
    told = set(re.findall(r"^\| `([\w.]+)` ●", read("docs/dispatcher.md"), flags=re.MULTILINE))
    assert {step.name for step in dispatch._steps if step.goes_alone} == told


def test_every_hook_is_in_the_table() -> None:
    told = set(re.findall(r"^\| `((?:sms|mentors)\.\w+)`", read("docs/architecture.md"), flags=re.MULTILINE))
    hooks = [*vars(sms_hooks).values(), *vars(mentors_hooks).values()]
    assert {hook.name for hook in hooks if isinstance(hook, Hook)} == told


def test_every_setting_is_in_the_readme_and_every_check_in_the_docs() -> None:
    settings = re.findall(r"env\.\w+\(\s*\"(\w+)\"", read("config/settings.py"))
    assert [name for name in settings if f"`{name}`" not in read("README.md")] == []
    code = "".join(path.read_text() for path in ROOT.glob("*/checks.py"))
    checks = set(re.findall(r"handrail\.[EW]\d+", code))
    assert checks == set(re.findall(r"^\| `(handrail\.[EW]\d+)`", read("docs/settings.md"), flags=re.MULTILINE))


def test_every_reason_and_every_code_of_the_provider_is_explained() -> None:
    page = read("docs/sms.md")
    assert [reason for reason in REASONS if f"`{reason}`" not in page] == []
    spans = [range(int(a), int(b) + 1) for a, b in re.findall(r"(\d{5}) to (\d{5})", page)]
    told = {int(code) for code in re.findall(r"\b\d{5}\b", page)}.union(*spans)
    assert [code for code in BY_CODE if int(code) not in told] == []


def test_every_kind_of_text_is_in_the_table_of_keys() -> None:
    page = read("docs/architecture.md")
    assert [kind for kind in KINDS if f"`{kind}:" not in page] == []
