"""Real `manage.py dispatch` processes against the stand-in: two at once, told to stop, their database gone a while."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from sms import actions
from sms.models import OutboundText, SendAttempt
from tests.databases import ROOT
from tests.services import Postgres, postgres_programs
from tests.standin import Standin, stall

State = OutboundText.State
# A busy machine takes long to start a process, and to send a thousand texts.
PATIENCE = 180


class Dispatcher:
    """A process, and the provider that it alone knows: so it can be told who posted what."""

    def __init__(self, database_url: str, log: Path) -> None:
        self.twilio = Standin()
        self.twilio.start()
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": self.twilio.account,
            "TWILIO_AUTH_TOKEN": self.twilio.token,
            "TWILIO_FROM": "+447700900009",
            "TWILIO_API_BASE_URL": self.twilio.url,
        }
        self.log = log
        self.start()

    def start(self) -> None:
        command = [sys.executable, "manage.py", "dispatch"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)

    def tell_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """How it ended, by itself."""
        return self.process.wait(PATIENCE)

    @property
    def posts(self) -> int:
        return len(self.twilio.posts)

    def attempts(self) -> list[str]:
        """The attempt that each POST was made for: the last part of its report's address."""
        return [post.params["StatusCallback"].rstrip("/").rpartition("/")[2] for post in self.twilio.posts]


Starts = Callable[[str], Dispatcher]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starts]:
    made: list[Dispatcher] = []

    def start(database_url: str) -> Dispatcher:
        made.append(Dispatcher(database_url, tmp_path / f"{len(made)}.log"))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.wait()
        one.twilio.stop()
        print(one.log.read_text(errors="replace")[-4000:])


def wait_until(is_so: Callable[[], bool], who: Sequence[Dispatcher]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not is_so():
        assert all(one.process.poll() is None for one in who), "a dispatcher ended too early"
        assert time.monotonic() < give_up, f"waited too long; posted: {[one.posts for one in who]}"
        time.sleep(0.02)


@transaction.atomic
def queue(name: str, texts: int) -> None:
    ben = actions.find_or_add("+447700900112")
    for n in range(texts):
        actions.queue(key=f"{name}:{n}", number=ben, body="Hello")


def states() -> Counter[str]:
    return Counter(OutboundText.objects.values_list("state", flat=True))


def posts_by_text(who: Sequence[Dispatcher]) -> Counter[object]:
    text_of = {str(pk): text for pk, text in SendAttempt.objects.values_list("pk", "text_id")}
    return Counter(text_of.get(attempt) for one in who for attempt in one.attempts())


def wake(who: Sequence[Dispatcher]) -> int:
    """Queue texts one by one until each of them has posted one; how many that took."""
    queued = 0
    while not all(one.posts for one in who):
        queue(f"wake:{queued}", 1)
        queued += 1
        wait_until(partial(_are_posted, who, queued), who)
    return queued


def _are_posted(who: Sequence[Dispatcher], texts: int) -> bool:
    return sum(one.posts for one in who) == texts


def test_two_dispatchers_post_a_thousand_texts_once_each_though_both_are_stopped_halfway(
    database_url: str, start: Starts
) -> None:
    both = [start(database_url), start(database_url)]
    texts = wake(both) + 1000
    woken = [one.posts for one in both]
    for one in both:
        one.twilio.next(stall(0.05), times=1000)
    queue("test", 1000)
    wait_until(lambda: all(one.posts > was + 50 for one, was in zip(both, woken, strict=True)), both)

    for one in both:
        one.tell_to_stop()
    assert [one.end() for one in both] == [0, 0]
    # What was on its way has landed and is stored, what was only claimed waits as if it had not been.
    posted = sum(one.posts for one in both)
    assert posted < texts
    assert states() == {State.SENT: posted, State.QUEUED: texts - posted}
    assert SendAttempt.objects.count() == posted

    for one in both:
        one.start()
    wait_until(lambda: states() == {State.SENT: texts}, both)
    for one in both:
        one.tell_to_stop()
    assert [one.end() for one in both] == [0, 0]
    assert sum(one.posts for one in both) == texts
    assert set(posts_by_text(both).values()) == {1}


def test_a_database_that_goes_away_and_comes_back_costs_no_text_and_doubles_none(
    database_url: str, start: Starts
) -> None:
    queue("test", 400)
    with database_of_its_own(database_url) as (url, away, ends):
        one = start(url)
        one.twilio.next(stall(0.05), times=400)
        wait_until(lambda: one.posts > 50, [one])
        away()
        assert one.posts < 400
        wait_until(lambda: ends() == {State.SENT: 400}, [one])
        one.tell_to_stop()
        assert one.end() == 0
    assert len(one.attempts()) == len(set(one.attempts())) == 400


Own = tuple[str, Callable[[], None], Callable[[], Counter[str]]]


def database_of_its_own(database_url: str) -> AbstractContextManager[Own]:
    """(its address, have it go away and come back, the states of its texts)."""
    return own_postgres(database_url) if connection.vendor == "postgresql" else own_sqlite(database_url)


@contextmanager
def own_postgres(database_url: str) -> Iterator[Own]:
    """A server with a copy of the test's database, killed and started again."""
    with tempfile.TemporaryDirectory(prefix="handrail-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # it runs as another user, who has to get to its folder in here
        with Postgres(folder / "postgres") as server:
            copy(database_url, server.url)

            def away() -> None:
                server.stop()
                time.sleep(2)
                server.start()

            def ends() -> Counter[str]:
                with psycopg.connect(server.url) as own:
                    return Counter(state for (state,) in own.execute("SELECT state FROM sms_outboundtext"))

            yield server.url, away, ends


def copy(source: str, target: str) -> None:
    programs = postgres_programs()
    dump = subprocess.run([str(programs / "pg_dump"), "--no-owner", source], capture_output=True, check=True)
    load = [str(programs / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", target]
    subprocess.run(load, input=dump.stdout, capture_output=True, check=True)


@contextmanager
def own_sqlite(database_url: str) -> Iterator[Own]:
    """The file itself, held by somebody who writes for some seconds."""
    path = connection.settings_dict["NAME"]

    def away() -> None:
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            time.sleep(3)
            holder.execute("ROLLBACK")

    yield database_url, away, states
