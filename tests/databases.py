"""Test databases: migrated once into a template, then copied.

Wagtail and we have some 240 migrations, which take the better part of a minute. On SQLite the template stays in
var/test/ for the next run, until a migration or a pinned version changes; on PostgreSQL it stays as long as the
server. Everything else is a copy, which takes milliseconds.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import LiteralString, Protocol
from urllib.parse import urlsplit

import psycopg
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests.env import VAR

ROOT = Path(settings.BASE_DIR)
A_DAY = 24 * 60 * 60


class Store(Protocol):
    """A place where databases are made, by name."""

    def django_name(self, name: str) -> str: ...
    def url(self, name: str) -> str: ...
    def exists(self, name: str) -> bool: ...
    def create(self, name: str) -> None: ...
    def copy(self, source: str, name: str) -> None: ...
    def rename(self, name: str, to: str) -> None: ...
    def drop(self, name: str) -> None: ...


class SqliteStore:
    """Files: an in-memory database cannot be shared by threads, let alone processes."""

    def path(self, name: str) -> Path:
        return VAR / f"{name}.sqlite3"

    def django_name(self, name: str) -> str:
        return str(self.path(name))

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def create(self, name: str) -> None:
        """Nothing to do but to sweep: whoever opens the file makes it."""
        for path in VAR.glob("*.sqlite3*"):
            if path.stat().st_mtime < time.time() - A_DAY:
                path.unlink(missing_ok=True)  # an old template, or the copy of a run that was killed

    def copy(self, source: str, name: str) -> None:
        shutil.copyfile(self.path(source), self.path(name))

    def rename(self, name: str, to: str) -> None:
        database = sqlite3.connect(self.path(name))
        database.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
        database.close()
        self.path(name).replace(self.path(to))

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{suffix}").unlink(missing_ok=True)


class PostgresStore:
    """Databases of the server that DATABASE_URL names."""

    def __init__(self, server: str) -> None:
        self.server = server

    def django_name(self, name: str) -> str:
        return name

    def url(self, name: str) -> str:
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def exists(self, name: str) -> bool:
        with psycopg.connect(self.server) as server:
            return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def create(self, name: str) -> None:
        self._run("CREATE DATABASE {}", name)

    def copy(self, source: str, name: str) -> None:
        self._run("CREATE DATABASE {} TEMPLATE {}", name, source)

    def rename(self, name: str, to: str) -> None:
        self._run("ALTER DATABASE {} RENAME TO {}", name, to)

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        query = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(query)


def store() -> Store:
    """The store of this run's profile."""
    url = os.environ["DATABASE_URL"]
    return SqliteStore() if url.startswith("sqlite") else PostgresStore(url)


def fingerprint() -> str:
    """Changes whenever the migrated database might."""
    lists = (settings.INSTALLED_APPS, settings.LANGUAGE_CODE, settings.LANGUAGES)
    seen = hashlib.sha256(repr(lists).encode())
    for path in [ROOT / "requirements.txt", *sorted(ROOT.glob("*/migrations/*.py"))]:
        seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:12]


def template(store: Store) -> str:
    """The name of a migrated database; made now if it is not there."""
    name = f"handrail_{fingerprint()}"
    if not store.exists(name):
        making = f"{name}_{os.getpid()}"
        store.create(making)
        manage("migrate", "--verbosity=0", DATABASE_URL=store.url(making))
        store.rename(making, name)
    return name


def manage(*arguments: str, **environment: str) -> str:
    """Run `manage.py` to its end and return what it printed; raise with what it said when it fails."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Scratch:
    """The database that Django's default connection works on: a copy, and after `renew` a fresh one."""

    def __init__(self) -> None:
        self.store = store()
        self.template = template(self.store)
        self.count = 0
        self.open()

    @property
    def name(self) -> str:
        return f"scratch_{os.getpid()}_{self.count}"

    @property
    def url(self) -> str:
        return self.store.url(self.name)

    def open(self) -> None:
        self.store.copy(self.template, self.name)
        connections["default"].settings_dict["NAME"] = self.store.django_name(self.name)

    def renew(self) -> None:
        """A new name each time: whoever still holds the old database cannot reach the new one."""
        self.close()
        self.count += 1
        self.open()

    def close(self) -> None:
        connections.close_all()
        # The one thread that serves all `sync_to_async` outside a request keeps its connection for ever.
        SyncToAsync.single_thread_executor.submit(connections.close_all).result()
        if hasattr(connections["default"], "close_pool"):
            connections["default"].close_pool()
        self.store.drop(self.name)
