"""A STOP counts at once, whatever else that phone says just then. On PostgreSQL alone: SQLite has one writer."""

import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from demo.cast import make_cast
from mentors.models import ContactNumber
from sms.models import InboundText, PhoneNumber
from tests.cast import drain, text_in


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_a_stop_waits_for_no_other_text() -> None:
    cast = make_cast()
    drain()
    for _ in range(10):
        PhoneNumber.objects.filter(user=cast.ben.user).update(verified_at=None, stopped_at=None, flaw="")
        ContactNumber.objects.filter(participant=cast.ben).update(asked_at=timezone.now(), asked_again=False)
        ben = PhoneNumber.objects.select_related("data_key").get(user=cast.ben.user)
        together = threading.Barrier(2)

        def send(words: str, ben: PhoneNumber = ben, together: threading.Barrier = together) -> None:
            try:
                together.wait()
                text_in(Client(), ben, words)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=send, args=(words,)) for words in ("STOP", "1")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert PhoneNumber.objects.get(pk=ben.pk).is_stopped
    assert not InboundText.objects.filter(handled_at=None, kind="stop").exists()
