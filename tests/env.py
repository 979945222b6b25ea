"""The environment the suite runs in, set before Django reads it (pytest loads this file first: pyproject.toml).

    python -m tests.env COMMAND...     runs any command in it, for instance mypy or `python manage.py check`

Only `DATABASE_URL` and `REDIS_URL` are taken from outside: bin/services gives them. All else is forced, so that
no shell with production's settings can make a test text a real phone.
"""

import os
import sys
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var" / "test"

KEY_RING = """{
  "active": "k1",
  "data": {"k1": "dGVzdHMgb25seTogZGF0YSBrZXksIG5vdCBhIHNlY3I="},
  "index": "dGVzdHMgb25seTogaW5kZXgga2V5LCBub3Qgc2VjcmU=",
  "audit": "dGVzdHMgb25seTogYXVkaXQga2V5LCBub3Qgc2VjcmU="
}"""

FORCED = {
    "SECRET_KEY": "tests-only-tests-only-tests-only-tests-only-tests-only-tests-only",
    "KEY_RING": KEY_RING,
    "PUBLIC_URL": "http://localhost:8000",
    "DEBUG": "false",
    "SMS_GATEWAY": "simulator",
    "EMAIL_URL": "memorymail://",
}
# Whatever else settings would read; a value from outside must not reach a test.
ABSENT = ("ALLOWED_HOSTS", "DATABASE_URL_FILE", "REDIS_URL_FILE", "SMS_", "TWILIO_", "VAPID_")


def apply() -> None:
    """Make this process's environment the suite's."""
    for name in list(os.environ):
        if name.startswith(ABSENT) or name.removesuffix("_FILE") in FORCED:
            del os.environ[name]
    os.environ |= FORCED
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    VAR.mkdir(parents=True, exist_ok=True)
    # Never opened: every run works on a copy of its own (databases.py).
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{VAR / 'nobody.sqlite3'}")
    os.environ.setdefault("REDIS_URL", "")


apply()

if __name__ == "__main__":
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
