"""kill -9 at every step of a send: nothing sent twice, nothing lost in silence.

    python -m tests.killing                        every step, ten times each
    python -m tests.killing --times 100            as a release wants it
    python -m tests.killing --step "at any statement" --seed 7

Works on the database that DATABASE_URL names (bin/services gives PostgreSQL), in a copy of its own. Ends with 1 if
anything was wrong. One server process has Django loaded and forks a dispatcher for each kill. Kills come in rounds, as
a dispatcher that is started again at once dies again; after each round another one looks after what they left, with
some of the provider's reports in its hands, and its clock moved on.
"""

import argparse
import multiprocessing
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tests import killed
from tests.databases import Scratch
from tests.killed import PLACES, Place, Verdict, World
from tests.standin import Post, Standin, broken, lost, stall

ROUND = 10
TEXTS = 5
NUMBERS = 20
# Longer than any child should live on a machine that has much else to do.
PATIENCE = 120
# The statements of one send, before and after each: about so many.
STATEMENTS = 80


@dataclass
class Tally:
    """What the kills at one step came to."""

    step: str
    kills: int = 0
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def faults(self) -> Counter[str]:
        return Counter(verdict.fault for verdict in self.verdicts if verdict.fault)

    def line(self) -> str:
        accepted = Counter(min(verdict.accepted, 2) for verdict in self.verdicts)
        states = Counter(verdict.state for verdict in self.verdicts)
        ends = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        faults = "".join(f"\n    WRONG: {count} {fault}" for fault, count in self.faults.items())
        counts = [self.kills, len(self.verdicts), accepted[1], accepted[2], accepted[0]]
        return f"{self.step:27}" + "".join(f"{count:7}" for count in counts) + f"   {ends}{faults}"


HEAD = (
    f"{'killed':27}" + "".join(f"{name:>7}" for name in ["kills", "texts", "once", "twice", "never"]) + "   in the end"
)


class Harness:
    """A provider, a database, and children to kill."""

    def __init__(self, database: str, twilio: Standin, seed: int) -> None:
        self.twilio = twilio
        self.world = World(database, twilio.url)
        self.random = random.Random(seed)
        self.numbers = killed.find_numbers(NUMBERS)
        self.forge = multiprocessing.get_context("forkserver")
        self.forge.set_forkserver_preload(["tests.killed"])

    def kill_at(self, step: str, times: int) -> Tally:
        tally = Tally(step)
        if (place := PLACES[step]) and place.late:
            # Not a step of a send: a fifth as often.
            times = max(1, times // 5)
        while tally.kills < times:
            before = len(self.twilio.posts)
            count = min(ROUND, times - tally.kills)
            texts = [text for n in range(count) for text in self._kill(step, tally.kills + n)]
            tally.kills += count
            self._look_after(self.twilio.posts[before:])
            tally.verdicts += killed.judge(texts, _taken(self.twilio.posts[before:]))
        return tally

    def _kill(self, step: str, number: int) -> list[Any]:
        """Queue some texts and kill the dispatcher that sends them. Raises RuntimeError if that did not happen."""
        texts = killed.queue(f"{step}:{number}", self.numbers[number % NUMBERS], TEXTS)
        place = PLACES[step]
        if place is not None and place.late:
            self._leave_behind()
        nth = self.random.randint(1, place.most if place else STATEMENTS if step == "at any statement" else TEXTS)
        with self._at_times_slow(step):
            if step == "posted, no answer":
                self._kill_from_outside(nth)
            else:
                self._run(killed.send_and_die, self._busy(place), step, nth, dies=True)
        return texts

    def _busy(self, place: Place | None) -> World:
        """With few places the texts go one after another, with many all at once."""
        few = [1, 2] if place and place.most > 1 else [1, 2, TEXTS]
        return replace(self.world, in_flight=self.random.choice(few))

    def _leave_behind(self) -> None:
        """Something to look after: answers that are lost, of texts that were taken and of texts that were not."""
        faults = [lost(), broken(accepted=True), broken(accepted=False)]
        self.twilio.next(*self.random.choices(faults, k=TEXTS - 1), broken(accepted=False))
        self._run(killed.send_and_die, self.world, "answered, not stored", 1, dies=True)
        self.twilio.faults.clear()

    @contextmanager
    def _at_times_slow(self, step: str) -> Iterator[None]:
        """Some answers come while others are being stored. Where the kill is to come before the answer, none comes."""
        waits = [10.0] if step == "posted, no answer" else [0.0, 0.02, 0.1]
        self.twilio.next(*(stall(self.random.choice(waits)) for _ in range(TEXTS)))
        yield
        self.twilio.faults.clear()

    def _kill_from_outside(self, taken: int) -> None:
        before = len(self.twilio.messages)
        child = self._start(killed.send_and_die, self.world, "posted, no answer", 0)
        _wait_until(lambda: len(self.twilio.messages) >= before + taken)
        child.kill()
        _end(child, dies=True)

    def _look_after(self, posts: Sequence[Post]) -> None:
        """Of every other text the report comes, though the answer was lost; the rest must be found in the list."""
        told = [(urlsplit(post.params["StatusCallback"]).path, post.sid) for post in posts[::2] if post.sid]
        self._run(killed.look_after, self.world, told, dies=False)

    def _run(self, work: Callable[..., None], *args: Any, dies: bool) -> None:
        _end(self._start(work, *args), dies=dies)

    def _start(self, work: Callable[..., None], *args: Any) -> Any:
        child = self.forge.Process(target=work, args=args, daemon=True)
        child.start()
        return child


def _end(child: Any, *, dies: bool) -> None:
    child.join(PATIENCE)
    wanted = -signal.SIGKILL if dies else 0
    if child.exitcode != wanted:
        child.kill()
        raise RuntimeError(f"a dispatcher ended with {child.exitcode} and not with {wanted}")


def _wait_until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > give_up:
            raise RuntimeError("what was waited for did not come")
        time.sleep(0.002)


def _taken(posts: Sequence[Post]) -> Counter[str]:
    """How many messages were made for each attempt, which stands last in its report's address."""
    return Counter(post.params["StatusCallback"].rstrip("/").rpartition("/")[2] for post in posts if post.sid)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.killing", description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10, help="kills at each step")
    parser.add_argument("--step", choices=PLACES, help="this step alone")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="the same kills again")
    options = parser.parse_args(arguments)
    scratch = Scratch()
    print(f"seed {options.seed}\n{HEAD}", flush=True)
    try:
        with Standin(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN) as twilio:
            harness = Harness(scratch.store.django_name(scratch.name), twilio, options.seed)
            faults = sum(_report(harness, step, options.times) for step in ([options.step] if options.step else PLACES))
    finally:
        scratch.close()
    return 1 if faults else 0


def _report(harness: Harness, step: str, times: int) -> int:
    began = time.monotonic()
    tally = harness.kill_at(step, times)
    print(f"{tally.line()}   ({time.monotonic() - began:.1f} s)", flush=True)
    return tally.faults.total()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
