"""The words in which questions about conversations and check-ins are asked."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.models import User

if TYPE_CHECKING:
    from messaging.models import CheckIn, Conversation, Message, Side  # noqa: F401  (named in quotes below)


class ConversationQuerySet(QuerySet["Conversation"]):
    def of(self, user: User) -> "ConversationQuerySet":
        """Those that `user` is one of the two in, as long as the pairing lasts."""
        either = Q(pairing__champion__user=user) | Q(pairing__participant__user=user)
        return self.filter(either, pairing__status="active")

    def with_people(self) -> "ConversationQuerySet":
        """With both people, the key and the plan at hand."""
        return self.select_related(
            "data_key",
            "plan",
            "pairing__champion__user",
            "pairing__participant__user__phone__data_key",
            "pairing__participant__programme",
        )


class MessageQuerySet(QuerySet["Message"]):
    def shown_to(self, side: "Side") -> "MessageQuerySet":
        return self.filter(only_for__in=["", side])

    def after(self, number: int) -> "MessageQuerySet":
        return self.filter(number__gt=number)

    def whole(self) -> "MessageQuerySet":
        """With what it takes to show them: no query for each row."""
        return self.select_related("conversation__data_key", "check_in__conversation__data_key").prefetch_related(
            "check_in__answer_rows__check_in__conversation__data_key"
        )


class CheckInQuerySet(QuerySet["CheckIn"]):
    def open(self) -> "CheckInQuerySet":
        return self.filter(state="asked")

    def whole(self) -> "CheckInQuerySet":
        """With the people and the key at hand."""
        return self.select_related(
            "conversation__data_key",
            "conversation__pairing__champion__user",
            "conversation__pairing__participant__user__phone__data_key",
            "conversation__pairing__participant__programme",
        )

    def to_remind(self, now: datetime) -> "CheckInQuerySet":
        return self.open().filter(remind_at__lte=now)

    def to_miss(self, now: datetime) -> "CheckInQuerySet":
        return self.open().filter(miss_at__lte=now)
