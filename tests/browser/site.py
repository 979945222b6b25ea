"""The real thing on a free port: its processes, its database, its demo cast."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import redis

from tests import databases
from tests.services import free_port

READY_WITHIN = 60  # seconds
STOP_WITHIN = 15


class Site:
    """uvicorn and, in the scaled profile, a dispatcher. `prepare` once, then `start` and `stop` at will.

    The port stays the same throughout: the demo's pages know their address.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.store = databases.store()
        self.loaded = f"demo_{os.getpid()}"
        self.name = f"site_{os.getpid()}"
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PUBLIC_URL": self.url,
            "DATABASE_URL": self.store.url(self.name),
            "REDIS_URL": self.redis_url,
            "BROWSER_TEST_FOLDER": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        }

    @property
    def redis_url(self) -> str:
        # A database of its own beside the suite's: its counters must not meet theirs.
        url = os.environ["REDIS_URL"]
        return f"{url.rpartition('/')[0]}/1" if url else ""

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` on this site's database: the way for a test to look behind the pages."""
        return databases.manage(*arguments, **self.environment)

    def prepare(self) -> None:
        """Static files and the demo cast, once: a database to copy from."""
        self.store.copy(databases.template(self.store), self.name)
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        self.manage("load_demo")
        self.store.rename(self.name, self.loaded)
        (self.folder / "media").mkdir(exist_ok=True)
        shutil.copytree(self.folder / "media", self.folder / "media-loaded", dirs_exist_ok=True)

    def start(self) -> None:
        """Come up on a fresh copy of the demo."""
        self.store.copy(self.loaded, self.name)
        shutil.rmtree(self.folder / "media", ignore_errors=True)
        shutil.copytree(self.folder / "media-loaded", self.folder / "media")
        if self.redis_url:
            redis.Redis.from_url(self.redis_url).flushdb()
            self.spawn("manage.py", "dispatch")  # without Redis the web process does this itself
        self.spawn("-m", "uvicorn", "config.asgi:application", f"--port={self.port}")
        self.wait_until_ready()

    def spawn(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                env=os.environ | self.environment,
                cwd=databases.ROOT,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)

    def wait_until_ready(self) -> None:
        give_up = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            ended = any(process.poll() is not None for process in self.processes)
            if ended or time.monotonic() > give_up:
                self.stop()
                raise RuntimeError(f"the site did not come up:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        self.store.drop(self.name)

    def forget(self) -> None:
        self.store.drop(self.loaded)

    @property
    def log(self) -> Path:
        return self.folder / "site.log"
