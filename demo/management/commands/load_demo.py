"""`manage.py load_demo`: the demo cast, their history and the stories, once."""

from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from core import dispatch
from demo.cast import make_cast
from demo.history import make_history
from demo.stories import make_stories


class Command(BaseCommand):
    help = "Load the demo programme into an empty database. Refuses anywhere but on localhost with the simulator."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PHONES:
            raise CommandError("The demo cast has a known password: it loads on localhost, with the simulator, only.")
        if User.objects.exists():
            self.stdout.write("The demo is loaded already.")
            return
        cast = make_cast()
        make_stories(cast.elin)
        make_history(cast)
        async_to_sync(dispatch.drain)()
        self.stdout.write("The demo programme is loaded.")
