"""The words in which questions about conversations and check-ins are asked."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q, QuerySet

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
        """With the people, the key and the first text at hand."""
        return self.select_related(
            "first_text",
            "conversation__data_key",
            "conversation__pairing__champion__user",
            "conversation__pairing__participant__user__phone__data_key",
            "conversation__pairing__participant__programme",
        )

    def to_remind(self, now: datetime) -> "CheckInQuerySet":
        return self.open().filter(remind_at__lte=now)

    def to_miss(self, now: datetime) -> "CheckInQuerySet":
        return self.open().filter(miss_at__lte=now)

    def to_tell_lead(self, now: datetime) -> "CheckInQuerySet":
        """Missed, and not a word from them since it was asked."""
        return self.filter(state="missed", lead_at__lte=now)

    def unheard(self) -> "CheckInQuerySet":
        """Those whose clocks of silence any word of theirs stops."""
        return self.filter(state__in=["asked", "missed"], heard_at=None)

    def counted(self) -> dict[str, Any]:
        """How often they were asked, and what came of it: counts alone, in one query.

        `delivered` is what answers are measured by: the first text was delivered, the link was opened, or an answer
        came, which no report can doubt. Check-ins from before texts were kept beside them count when missed. An
        answer counts within 48 hours of the asking, for later ones are not taken.
        """
        answered = Q(state__in=["answered", "in words"])
        seen = Q(first_text__state="delivered") | Q(link_opened_at__isnull=False)
        unknown = Q(first_text=None, state="missed")
        stopped = Q(state="not reached", first_text__reason="stopped")
        return self.aggregate(
            asked=Count("pk"),
            delivered=Count("pk", filter=(answered | seen | unknown) & ~Q(state__in=["not reached", "asked"])),
            answered=Count("pk", filter=answered),
            missed=Count("pk", filter=Q(state="missed")),
            stopped=Count("pk", filter=stopped),
            not_reached=Count("pk", filter=Q(state="not reached") & ~stopped),
            open=Count("pk", filter=Q(state="asked")),
            last=Max("asked_at"),
        )
