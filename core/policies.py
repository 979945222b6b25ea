"""Every route declares who may ask for it. accounts.middleware.EnforcePolicy asks before the view runs.

A view without a declaration is refused, and fails the suite. The audience is the first door only:
which object somebody may open is for the room's access.py.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Audience(Enum):
    """Who may ask."""

    ANYONE = "anybody, signed in or not"
    PROVIDER = "the text provider: the view checks its signature"
    SIGNED_IN = "a participant with a texted code, or staff with two factors"
    STAFF = "champions, leads and others, with two factors"
    EDITOR = "staff whom Wagtail lets in, with two factors"
    THIS_COMPUTER = "somebody at this computer, while the simulator is the gateway"


def open_to(audience: Audience) -> Callable[[View], View]:
    """Declare the audience of a view, above every other decorator."""

    def declare(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return declare


# Views that are not ours, by the module they are defined in; the longest name that fits counts.
_by_module: dict[str, Audience] = {}


def open_module_to(module: str, audience: Audience) -> None:
    """Declare the audience of all views defined in `module` and below it."""
    _by_module[module] = audience


def audience_of(view: Callable[..., Any]) -> Audience | None:
    """What the view declared; None when nothing was."""
    declared = getattr(view, "audience", None)
    if isinstance(declared, Audience):
        return declared
    module = getattr(view, "__module__", "") + "."
    found = [name for name in _by_module if module.startswith(name + ".")]
    return _by_module[max(found, key=len)] if found else None
