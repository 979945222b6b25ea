"""How a lower room tells a higher one: a small typed registry. docs/architecture.md lists the hooks.

The lower room owns the hook and calls it; the higher room registers a handler in AppConfig.ready.
Handlers run at once, in the caller's transaction, in the order they were registered.
"""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Generic[P, R]):
    """A named place where higher rooms may be told something, or asked for an answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Callable[P, R]] = []

    def register(self, handler: Callable[P, R]) -> None:
        """Call `handler` from now on. Registering the same one twice changes nothing."""
        if handler not in self._handlers:
            self._handlers.append(handler)

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call every handler; what they answered, in order. An exception stops the caller's change."""
        return [handler(*args, **kwargs) for handler in self._handlers]
