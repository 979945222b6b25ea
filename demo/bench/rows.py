"""Rows for a benchmark: real people with real open check-ins, so that what is asked at sending is asked for real."""

from datetime import time, timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from core.keyring import blind_index
from core.models import DataKey
from core.sealing import seal, unsaved_data_key
from mentors.models import Champion, Pairing, Participant, Referral
from messaging.models import CheckIn, Conversation
from partners.models import Organisation, Programme
from sms.models import OutboundText, PhoneNumber

# What one open check-in may send: so many texts a person.
TEXTS_EACH = ["feeling", "feeling-again", "cravings", "cravings-again", "call", "call-again"]
CHUNK = 2000
BODY = "Hi Ben. How are you today? Reply 1 to 5. 5 is really good, 1 is really low. Alice will see your answers."


class Crowd:
    """Makes people and their due texts, in bulk."""

    def __init__(self) -> None:
        trust = Organisation.objects.create(name="Benchmark Trust")
        self.programme = Programme.objects.create(organisation=trust, name="Benchmark")
        self.lead = User.objects.create_staff(email="lead@bench.example", password=None, name="Lead")
        user = User.objects.create_staff(email="champion@bench.example", password=None, name="Alice")
        self.champion = Champion.objects.create(user=user, programme=self.programme)
        self.people = 0

    def add_due(self, texts: int, after: timedelta) -> None:
        """Add people until there are `texts` more texts, due `after` now."""
        while texts > 0:
            people = min(CHUNK, -(-texts // len(TEXTS_EACH)))
            check_ins = self._people(people)
            rows = [self._text(check_in, what, after) for check_in in check_ins for what in TEXTS_EACH][:texts]
            OutboundText.objects.bulk_create(rows)
            texts -= len(rows)

    def _people(self, count: int) -> list[tuple[CheckIn, PhoneNumber]]:
        keys = DataKey.objects.bulk_create(unsaved_data_key() for _ in range(2 * count))
        numbers = PhoneNumber.objects.bulk_create(self._number(keys[n], self.people + n) for n in range(count))
        self.people += count
        users = User.objects.bulk_create(User(phone=number, name="Ben", sign_in=User.SignIn.CODE) for number in numbers)
        participants = Participant.objects.bulk_create(
            Participant(user=user, programme=self.programme, texts_from=time(0), texts_until=time(0)) for user in users
        )
        referrals = Referral.objects.bulk_create(
            Referral(participant=participant, status=Referral.Status.PAIRED, made_by=self.lead)
            for participant in participants
        )
        return list(zip(self._check_ins(participants, referrals, keys[count:]), numbers, strict=True))

    def _check_ins(
        self, participants: list[Participant], referrals: list[Referral], keys: list[DataKey]
    ) -> list[CheckIn]:
        now = timezone.now()
        pairings = Pairing.objects.bulk_create(
            Pairing(
                champion=self.champion,
                participant=participant,
                referral=referral,
                status=Pairing.Status.ACTIVE,
                offered_by=self.lead,
                started_at=now,
            )
            for participant, referral in zip(participants, referrals, strict=True)
        )
        conversations = Conversation.objects.bulk_create(
            Conversation(pairing=pairing, data_key=key, last_at=now)
            for pairing, key in zip(pairings, keys, strict=True)
        )
        return CheckIn.objects.bulk_create(
            CheckIn(conversation=conversation, questions=["feeling", "cravings", "call"], asked_at=now)
            for conversation in conversations
        )

    def _number(self, key: DataKey, nth: int) -> PhoneNumber:
        e164 = f"+4477{nth:08}"
        number = PhoneNumber(data_key=key, index=blind_index("number", e164), country="GB", verified_at=timezone.now())
        number.sealed_number = seal(key, e164, bond=f"number|{number.id}")
        return number

    def _text(self, asked: tuple[CheckIn, PhoneNumber], what: str, after: timedelta) -> OutboundText:
        check_in, number = asked
        now = timezone.now()
        text = OutboundText(
            key=f"check-in:{check_in.id}:{what}",
            number=number,
            sender="+447700900000",
            lane=str(self.programme.id),
            due_at=now + after,
            expires_at=now + timedelta(hours=8),
        )
        text.sealed_body = seal(number.data_key, f"{BODY} {uuid4().hex[:6]}", bond=f"outbound|{text.id}")
        return text
