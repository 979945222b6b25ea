"""`manage.py bench sms`: measure, on this machine, what the tests do not bind (docs/sms.md)."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from demo.bench import sms


class Command(BaseCommand):
    help = "Measure sending. Fills the database it is given: wants an empty one that nobody needs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["sms"])
        parser.add_argument("--texts", type=int, default=sms.Size.texts, help="texts sent in each round")
        parser.add_argument("--rounds", type=int, default=sms.Size.rounds)
        parser.add_argument("--claims", type=int, default=sms.Size.claims, help="due texts to claim")

    def handle(self, *args: Any, what: str, texts: int, rounds: int, claims: int, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if User.objects.exists() or settings.SMS_GATEWAY != "simulator":
            raise CommandError("There are people in this database, or a real gateway is set. Give it a scratch one.")
        for line in sms.run(sms.Size(texts, rounds, claims)):
            self.stdout.write(line)
            self.stdout.flush()
