"""`manage.py make_site`: the first pages of a new installation, and the site's address when it changes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cms.site import make_site


class Command(BaseCommand):
    help = "Make the front page and the list of stories, and set the site's address to PUBLIC_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        make_site()
        self.stdout.write(f"The site is at {settings.PUBLIC_URL}.")
