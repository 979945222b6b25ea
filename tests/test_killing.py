"""A tenth of what `python -m tests.killing --times 100` does: each test run kills ten dispatchers at each step."""

import os
import subprocess
import sys

from tests.databases import ROOT, template
from tests.databases import store as store_of_this_run

STEPS, LATE_STEPS = 10, 4


def test_a_dispatcher_killed_at_any_step_sends_nothing_twice_and_loses_nothing_in_silence() -> None:
    template(store_of_this_run())
    command = [sys.executable, "-m", "tests.killing", "--times", "10"]
    done = subprocess.run(command, env=os.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert (done.stdout.count("     10     50"), done.stdout.count("      2     10")) == (STEPS, LATE_STEPS)
