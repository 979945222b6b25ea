"""`manage.py verify_audit`: is the audit trail whole? Exits 1 and says what is wrong if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import audit
from core.models import AuditEvent


class Command(BaseCommand):
    help = "Check every link of the audit trail, from the first event to its head."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(audit.faults())
        if faults:
            raise CommandError("The audit trail is broken:\n" + "\n".join(faults))
        self.stdout.write(f"The audit trail is whole: {AuditEvent.objects.count()} events.")
