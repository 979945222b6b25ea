"""Words of danger: an alert at once, the country's crisis lines, and nothing asked of the person."""

from datetime import time

from django.test import Client
from django.utils import timezone

from demo.cast import Cast
from messaging import actions
from messaging.models import Message
from safeguarding.models import Alert
from tests.cast import address, drain, page, sign_in, text_in, texts_to


def test_words_of_danger_raise_a_red_alert_and_answer_with_the_countrys_lines(
    cast: Cast, stories: object, alice: Client
) -> None:
    text_in(Client(), cast.ben.user.phone, "I want to kill myself")
    drain()
    alert = Alert.objects.get()
    assert (alert.level, alert.participant, alert.excerpt) == ("red", cast.ben, "I want to kill myself")
    (crisis,) = [text for text in texts_to(cast.ben.user.phone) if "116 123" in text]
    assert "Call 999." in crisis
    assert "SHOUT to 85258" in crisis
    assert len(crisis) <= 160
    desk = sign_in(Client(), cast.priya).get("/lead/").content.decode()
    assert "Red" in desk
    assert "Ben" in desk
    shown = page(alice, cast.conversation)
    assert "I want to kill myself" in shown
    assert "An alert is open for Ben" in shown


def test_in_new_zealand_the_lines_are_new_zealands(cast: Cast, stories: object) -> None:
    text_in(Client(), cast.hana.user.phone, "I want to kill myself", to="+447700900001")
    drain()
    last = texts_to(cast.hana.user.phone)[-1]
    assert "1737" in last
    assert "111" in last
    assert "116 123" not in last


def test_crisis_lines_go_at_any_hour_and_even_with_none_on_record(cast: Cast) -> None:
    hour = timezone.localtime().hour
    cast.ben.texts_from, cast.ben.texts_until = time((hour + 2) % 24), time((hour + 3) % 24)
    cast.ben.save()
    text_in(Client(), cast.ben.user.phone, "im going to end it all")
    drain()
    assert "Call 999." in texts_to(cast.ben.user.phone)[-1]


def test_words_of_danger_on_the_web_show_the_lines_there_too(cast: Cast, stories: object, dev: Client) -> None:
    dev.post(address(cast.dev_conversation), {"body": "I cant go on anymore"})
    assert Alert.objects.get().level == "red"
    assert "116 123" in page(dev, cast.dev_conversation)


def test_red_words_on_the_web_end_a_check_in_too(cast: Cast, stories: object, dev: Client) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.dev_conversation)
    dev.post(address(cast.dev_conversation), {"body": "I want to die"})
    drain()
    assert not any("How are you today" in text for text in texts_to(cast.dev.user.phone))


def test_danger_within_an_answer_is_seen(cast: Cast, stories: object) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(Client(), cast.ben.user.phone, "1 want to use tonight")
    assert Alert.objects.get().level == "amber"


def test_nobody_in_danger_is_asked_for_a_number(cast: Cast, stories: object) -> None:
    phone = cast.ben.user.phone
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    drain()
    text_in(Client(), phone, "1 i want to die")
    drain()
    after = texts_to(phone)[-1]
    assert "Call 999." in after
    assert not any("Which number" in text or "Thanks Ben" in text for text in texts_to(phone))
    assert [message.body for message in Message.objects.filter(author="participant")] == ["1 i want to die"]


def test_after_stop_nothing_goes_but_the_alert_is_there(cast: Cast, stories: object) -> None:
    phone = cast.ben.user.phone
    text_in(Client(), phone, "STOP")
    drain()
    before = len(texts_to(phone))
    text_in(Client(), phone, "I want to die")
    drain()
    assert len(texts_to(phone)) == before
    assert Alert.objects.filter(level="red").count() == 1
