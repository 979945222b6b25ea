"""`manage.py new_key`: print a fresh key ring, to store outside the database (docs/keys.md)."""

from typing import Any

from django.core.management.base import BaseCommand

from core.keyring import fresh_ring


class Command(BaseCommand):
    help = "Print a new key ring as JSON. Keep it outside the database and its backups."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(fresh_ring())
