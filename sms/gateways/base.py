"""What a gateway promises: hand one text over, or say exactly what is known about why not."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


@dataclass(frozen=True)
class Sms:
    """A text as a provider wants it. Numbers in E.164; `valid_for` in seconds, 1 to 36000."""

    to: str
    sender: str
    body: str
    status_url: str
    valid_for: int


@dataclass(frozen=True)
class Receipt:
    """The provider took it. Whether it arrives is told later, by the status callback. `segments` is 0
    where the provider has not counted yet.
    """

    sid: str
    segments: int


class Failure(Enum):
    """What may be done about a text that was not taken."""

    AGAIN = "it was surely not taken; try again later"
    UNCLEAR = "it may have been taken; never send it again blindly"
    FINAL = "it was refused; the same again will be refused again"
    ACCOUNT = "our account was refused; nothing was taken, and nothing will be"


class NotSent(Exception):
    """The text was not taken, or nobody knows. `code` is the provider's, `wait` is in seconds."""

    def __init__(self, failure: Failure, code: str = "", wait: float | None = None) -> None:
        super().__init__(f"{failure.name} {code}")
        self.failure = failure
        self.code = code
        self.wait = wait

    @property
    def is_about_all(self) -> bool:
        """Whether any other text would fare the same just now: too many requests, or nobody there."""
        return self.failure is Failure.AGAIN and self.code in {"", "20429"}


@dataclass(frozen=True)
class Listed:
    """A text in the provider's list. `created_at` is to the second, UTC; `status` as in a callback."""

    sid: str
    body: str
    status: str
    error_code: str
    created_at: datetime


class Gateway(Protocol):
    """Sends texts, and holds the secret that the provider's webhooks are signed with."""

    @property
    def account_sid(self) -> str:
        """The account that webhooks must name."""
        ...

    @property
    def auth_token(self) -> str:
        """The secret that webhooks are signed with."""
        ...

    @property
    def sender(self) -> str:
        """Our number where a programme has none of its own, E.164."""
        ...

    async def send(self, sms: Sms) -> Receipt:
        """Hand `sms` over. Raises NotSent, and nothing else, when that did not surely work."""
        ...

    async def listed(self, to: str, since: datetime) -> list[Listed]:
        """What the provider has on record to this number (E.164) since then (aware), newest first. Raises NotSent when
        that can't be told now.
        """
        ...

    async def forget(self, sid: str) -> None:
        """Have the provider delete a text's words. One it does not know has none. Raises NotSent when that can't be
        done now.
        """
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
