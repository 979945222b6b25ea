"""Trouble with sending: every error of the provider has its state, its words and its person."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import SignInCode
from core.models import AuditEvent
from demo.cast import Cast
from safeguarding.models import Alert
from sms import actions, sending
from sms.models import OutboundText, SendingPause
from tests.cast import drain, sign_in, text_in
from tests.standin import Fault, Standin, broken, lost, refused
from tests.test_lead import words
from tests.test_sending import report
from tests.test_texts_page import SECRET, TEXTS, a_text

State = OutboundText.State
Kind = Alert.Kind
# Until a text is no longer looked for.
LOOKED_FOR = timedelta(minutes=30)
OFF = "The phone could not be reached, though it was tried twice."


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Ten in the morning, so that texts are welcome and nobody is signed out."""
    # Every test begins at the same moment: a rest that an earlier one was told to take would be still to come.
    sending._rest_until.set(None)
    with time_machine.travel("2026-11-23T10:00:00+00:00", tick=True) as traveller:
        yield traveller


@pytest.fixture
def twilio(clock: time_machine.Traveller, cast: Cast, standin: Standin, settings: Any) -> Standin:
    """From here on texts go through the provider's package to the stand-in."""
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = standin.account, standin.token
    settings.TWILIO_FROM, settings.TWILIO_API_BASE_URL = "+447700900000", standin.url
    return standin


@pytest.fixture
def priya(clock: time_machine.Traveller, cast: Cast) -> Client:
    return sign_in(Client(), cast.priya)


@pytest.fixture
def sam(clock: time_machine.Traveller, cast: Cast) -> Client:
    """Sam is the safeguarding lead: alerts, and no texts."""
    return sign_in(Client(), cast.sam)


def fresh(text: OutboundText) -> OutboundText:
    text.refresh_from_db()
    return text


# --- The table of errors -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "state", "said"),
    [
        (refused(401, 20003), State.QUEUED, "Our account with the text service has a problem."),
        (refused(403, 20005), State.QUEUED, "Our account with the text service has a problem."),
        (refused(429, 20429, retry_after=60), State.QUEUED, "The text service is busy."),
        (broken(500, 20500, accepted=False), State.UNKNOWN, "The text service did not say if it went."),
        (broken(503, 20503, accepted=False), State.UNKNOWN, "The text service did not say if it went."),
        (Fault(hang_up=True), State.UNKNOWN, "The text service did not say if it went."),
        (refused(400, 21211), State.FAILED, "This number does not work."),
        (refused(400, 21614), State.FAILED, "This number does not work."),
        (refused(400, 21635), State.FAILED, "This number does not work."),
        (refused(400, 21265), State.FAILED, "This number does not work."),
        (refused(400, 21610), State.SUPPRESSED, "They have stopped texts."),
        (refused(400, 21408), State.FAILED, "Texts to this country are not allowed here."),
        (refused(400, 21608), State.FAILED, "Our account with the text service has a problem."),
        (refused(429, 20429), State.QUEUED, "The text service is busy."),
        (refused(429, 21611), State.QUEUED, "Our line is full just now."),
        (refused(400, 21611), State.QUEUED, "Our line is full just now."),
        (refused(400, 21602), State.FAILED, "A mistake of ours kept it back."),
        (refused(400, 21603), State.FAILED, "A mistake of ours kept it back."),
        (refused(400, 21604), State.FAILED, "A mistake of ours kept it back."),
        (refused(400, 21609), State.FAILED, "A mistake of ours kept it back."),
        (refused(400, 21617), State.FAILED, "A mistake of ours kept it back."),
    ],
)
def test_a_refused_request_has_its_state_and_its_words(
    twilio: Standin, priya: Client, cast: Cast, fault: Fault, state: str, said: str
) -> None:
    twilio.next(fault)
    text = a_text(cast.ben)
    drain()
    assert fresh(text).state == state
    assert said in words(priya.get(f"{TEXTS}{text.id}/"))
    assert len(twilio.posts) == 1


@pytest.mark.parametrize(
    ("status", "code", "state", "said"),
    [
        ("undelivered", "30001", State.QUEUED, "Our line is full just now."),
        ("undelivered", "30003", State.QUEUED, "It is tried once more, later."),
        ("undelivered", "30008", State.QUEUED, "It is tried once more, later."),
        ("undelivered", "30005", State.UNDELIVERED, "The number is no longer used"),
        ("undelivered", "30006", State.UNDELIVERED, "The number is no longer used"),
        ("undelivered", "30004", State.UNDELIVERED, "The phone company did not let it through."),
        ("undelivered", "30007", State.UNDELIVERED, "The phone company did not let it through."),
        ("failed", "30034", State.FAILED, "The phone company did not let it through."),
        ("failed", "21610", State.SUPPRESSED, "They have stopped texts."),
        ("failed", "39999", State.FAILED, "It did not arrive."),
    ],
)
def test_a_failed_delivery_has_its_state_and_its_words(
    twilio: Standin, priya: Client, cast: Cast, client: Client, status: str, code: str, state: str, said: str
) -> None:
    text = a_text(cast.ben)
    drain()
    report(client, text.attempts.first(), status, twilio.posts[-1].sid or "", ErrorCode=code)
    assert fresh(text).state == state
    assert said in words(priya.get(f"{TEXTS}{text.id}/"))


@pytest.mark.parametrize(("code", "said"), [("30001", "Our line was full, twice."), ("30003", OFF), ("30008", OFF)])
def test_what_fails_twice_is_not_tried_a_third_time_and_says_why(
    twilio: Standin, priya: Client, cast: Cast, client: Client, clock: time_machine.Traveller, code: str, said: str
) -> None:
    text = a_text(cast.ben)
    for _ in range(2):
        drain()
        last = text.attempts.latest("started_at")
        report(client, last, "undelivered", last.sid or "", ErrorCode=code)
        clock.shift(timedelta(minutes=31))
    assert fresh(text).state == State.UNDELIVERED
    assert said in words(sign_in(Client(), cast.priya).get(f"{TEXTS}{text.id}/"))


# --- Texts that need a person ------------------------------------------------------------------


def test_what_stays_unclear_is_an_alert_that_follows_the_text(
    twilio: Standin, cast: Cast, client: Client, clock: time_machine.Traveller
) -> None:
    twilio.next(broken(accepted=False))
    text = a_text(cast.ben)
    drain()
    assert not Alert.objects.exists()
    for _ in range(10):
        clock.shift(LOOKED_FOR / 10)
        drain()
    priya = sign_in(Client(), cast.priya)
    alert = Alert.objects.get(source=f"text:{text.id}")
    assert (alert.level, alert.kind, alert.participant) == ("amber", Kind.DOUBT, cast.ben)
    assert "The text service did not say if a text went." in words(priya.get("/lead/"))
    page = words(priya.get(f"/lead/alerts/{alert.id}/"))
    assert "Did a text reach Ben?" in page
    assert "Not known if it went." in page
    assert f"{TEXTS}{text.id}/" in page
    assert SECRET not in page
    assert f"/lead/alerts/{alert.id}/" in words(priya.get(f"{TEXTS}{text.id}/"))
    report(client, text.attempts.first(), "delivered", "SM" + "1" * 32)
    assert "It arrived." in words(priya.get(f"/lead/alerts/{alert.id}/"))
    assert Alert.objects.get().closed_at is None
    assert len(twilio.posts) == 1


def test_a_safeguarding_lead_reads_how_the_text_stands_and_gets_no_dead_link(
    twilio: Standin, sam: Client, cast: Cast
) -> None:
    twilio.next(refused(400, 21602))
    text = a_text(cast.ben)
    drain()
    page = words(sam.get(f"/lead/alerts/{Alert.objects.get().id}/"))
    assert "A mistake of ours kept it back." in page
    assert f"{TEXTS}{text.id}/" not in page


@pytest.mark.parametrize("code", ["30004", "30007", "30034"])
def test_a_blocked_text_is_an_alert_once(twilio: Standin, cast: Cast, client: Client, code: str) -> None:
    text = a_text(cast.ben)
    drain()
    for _ in range(3):
        report(client, text.attempts.first(), "undelivered", twilio.posts[-1].sid or "", ErrorCode=code)
    alert = Alert.objects.get()
    assert (alert.level, alert.kind) == ("amber", Kind.NOT_ARRIVED)
    assert AuditEvent.objects.filter(action="alert raised", subject=f"alert:{alert.id}").count() == 1


@pytest.mark.parametrize("code", ["30005", "30007", "39999"])
def test_crisis_lines_that_do_not_arrive_are_a_red_alert_of_their_own(
    twilio: Standin, priya: Client, cast: Cast, client: Client, code: str
) -> None:
    text_in(client, cast.ben.user.phone, "i want to die", to="+447700900000")
    drain()
    text = OutboundText.objects.get(key__startswith="crisis:")
    report(client, text.attempts.first(), "undelivered", twilio.posts[-1].sid or "", ErrorCode=code)
    alert = Alert.objects.get(source=f"text:{text.id}")
    assert (alert.level, alert.participant) == ("red", cast.ben)
    page = words(priya.get(f"/lead/alerts/{alert.id}/"))
    assert "Crisis lines may not have reached Ben" in page
    assert "Give them the crisis lines yourself." in page


def test_crisis_lines_that_waited_too_long_are_a_red_alert(
    twilio: Standin, cast: Cast, client: Client, clock: time_machine.Traveller
) -> None:
    with twilio.down():
        text_in(client, cast.ben.user.phone, "i want to die", to="+447700900000")
        drain()
        clock.shift(timedelta(hours=2))
        drain()
    text = OutboundText.objects.get(key__startswith="crisis:")
    assert text.state == State.EXPIRED
    assert Alert.objects.get(source=f"text:{text.id}").level == "red"


def test_crisis_lines_that_arrive_are_no_alert_of_their_own(twilio: Standin, cast: Cast, client: Client) -> None:
    text_in(client, cast.ben.user.phone, "i want to die", to="+447700900000")
    drain()
    text = OutboundText.objects.get(key__startswith="crisis:")
    report(client, text.attempts.first(), "delivered", twilio.posts[-1].sid or "")
    assert [alert.kind for alert in Alert.objects.all()] == [Kind.WORDS]


def test_a_sign_in_code_in_doubt_is_nobodys_errand(
    twilio: Standin, cast: Cast, client: Client, clock: time_machine.Traveller
) -> None:
    twilio.next(lost())
    client.post("/sign-in/", {"number": "07700 900118"})
    drain()
    assert SignInCode.objects.exists()
    twilio.messages.clear()
    for _ in range(10):
        clock.shift(LOOKED_FOR / 10)
        drain()
    assert OutboundText.objects.get(key__startswith="code:").state == State.UNKNOWN
    assert not Alert.objects.exists()


def test_a_blocked_text_to_a_stranger_is_no_alert(twilio: Standin, cast: Cast, client: Client) -> None:
    twilio.next(refused(400, 21602))
    text_in(client, "+447700900555", "who is this", to="+447700900000")
    drain()
    assert OutboundText.objects.get(key__startswith="unknown:").reason == "bug"
    assert not Alert.objects.exists()


# --- All sending -------------------------------------------------------------------------------


def test_a_refused_account_stops_all_and_alerts_every_programme_once(
    twilio: Standin, cast: Cast, clock: time_machine.Traveller
) -> None:
    twilio.next(*[refused(401, 20003)] * 30)
    for n in range(5):
        a_text(cast.ben, f"test:{n}")
    for _ in range(5):
        drain()
        clock.shift(timedelta(minutes=6))
    alerts = Alert.objects.all()
    assert {(alert.kind, alert.level, alert.participant) for alert in alerts} == {(Kind.ACCOUNT, "red", None)}
    assert {alert.programme for alert in alerts} == {cast.trentside, cast.aotearoa}
    assert len(alerts) == 2
    said = "The text service does not know our account. Nothing is sent, crisis lines included. Ring people."
    priya, sam = sign_in(Client(), cast.priya), sign_in(Client(), cast.sam)
    for address in ("/lead/", TEXTS, "/lead/alerts/"):
        assert said in words(priya.get(address))
    assert "try now" in words(priya.get("/lead/"))
    assert said in words(sam.get("/lead/"))
    assert "try now" not in words(sam.get("/lead/"))
    priya.post(f"{TEXTS}pause/")
    assert "Crisis lines and sign-in codes still go." not in words(priya.get(TEXTS))


def test_an_account_put_right_is_tried_at_once_and_the_band_goes(twilio: Standin, priya: Client, cast: Cast) -> None:
    twilio.next(refused(401, 20003), times=2)
    a_text(cast.ben), a_text(cast.ben, "test:2")
    drain()
    posts = len(twilio.posts)
    drain()
    assert len(twilio.posts) == posts
    assert SendingPause.objects.get().reason == SendingPause.Reason.ACCOUNT
    assert "One text tries it now." in words(priya.post(f"{TEXTS}try-account/", follow=True))
    drain()
    drain()
    assert not SendingPause.objects.exists()
    assert "No texts go out" not in words(priya.get(TEXTS))
    assert "It does again, and texts go out." in words(priya.get("/lead/alerts/"))
    assert OutboundText.objects.filter(key__startswith="test:", state=State.SENT).count() == 2
    assert AuditEvent.objects.filter(action="account tried again", actor=cast.priya.actor).count() == 1


def test_an_account_alert_is_read_taken_and_closed(twilio: Standin, priya: Client, cast: Cast) -> None:
    twilio.next(refused(401, 20003))
    a_text(cast.ben)
    drain()
    alert = Alert.objects.get(programme=cast.trentside)
    address = f"/lead/alerts/{alert.id}/"
    page = words(priya.get(address))
    assert "No texts go out" in page
    assert "Ring those who may be in danger" in page
    assert "What we know" not in page
    assert "You have this" in words(priya.post(f"{address}take/", follow=True))
    priya.post(f"{address}close/", {"note": "The bill was paid."})
    assert "The bill was paid." in words(priya.get(address))
    assert "All texts, Trentside" in words(priya.get("/lead/alerts/"))
    assert priya.get(f"/lead/alerts/{Alert.objects.exclude(pk=alert.pk).get().id}/").status_code == 404


def test_the_daily_limit_is_one_alert_a_day_with_how_many_wait(
    twilio: Standin, cast: Cast, settings: Any, clock: time_machine.Traveller
) -> None:
    settings.SMS_DAILY_LIMIT = 0
    for n in range(42):
        text = a_text(cast.ben, f"test:{n}")
        OutboundText.objects.filter(pk=text.pk).update(expires_at=timezone.now() + timedelta(days=3))
    for _ in range(3):
        drain()
        clock.shift(timedelta(minutes=20))
    alert = Alert.objects.get(programme=cast.trentside)
    assert (alert.kind, alert.level) == (Kind.LIMIT, "amber")
    priya = sign_in(Client(), cast.priya)
    said = "The limit for texts in a day is reached: 42 texts wait."
    for address in ("/lead/", "/lead/alerts/", f"/lead/alerts/{alert.id}/"):
        assert said in words(priya.get(address))
    priya.post(f"/lead/alerts/{alert.id}/close/", {"note": "Asked for more."})
    drain()
    clock.shift(timedelta(minutes=20))
    drain()
    assert Alert.objects.filter(programme=cast.trentside).count() == 1
    clock.shift(timedelta(hours=16))
    drain()
    assert Alert.objects.filter(programme=cast.trentside).count() == 1
    clock.shift(timedelta(hours=8))
    drain()
    assert Alert.objects.filter(programme=cast.trentside, closed_at=None).count() == 1
    assert not twilio.posts


def test_an_alert_that_cannot_be_raised_stops_no_text(
    twilio: Standin, cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A programme's key ring is broken, say: texts within the limit go all the same."""
    settings.SMS_DAILY_LIMIT = OutboundText.objects.exclude(sent_at=None).count() + 1

    def fail() -> None:
        raise ValueError("no new keys")

    monkeypatch.setattr("core.sealing.new_data_key", fail)
    monkeypatch.setattr("safeguarding.actions.new_data_key", fail)
    texts = [a_text(cast.ben, f"test:{n}") for n in range(3)]
    drain()
    assert sorted(fresh(text).state for text in texts) == [State.QUEUED, State.QUEUED, State.SENT]
    assert not Alert.objects.exists()


def test_a_stop_that_never_reached_us_is_remembered_and_a_person_is_told_once(
    twilio: Standin, priya: Client, cast: Cast, client: Client
) -> None:
    twilio.next(refused(400, 21610))
    first = a_text(cast.ben)
    drain()
    second = actions.queue(key="test:after", number=first.number, body="Hello again")
    drain()
    assert (len(twilio.posts), fresh(second).state, fresh(second).reason) == (1, State.SUPPRESSED, "stopped")
    assert Alert.objects.filter(participant=cast.ben).count() == 1
    text_in(client, first.number, "START")
    actions.queue(key="test:again", number=first.number, body="Hello again")
    drain()
    assert len(twilio.posts) == 2
