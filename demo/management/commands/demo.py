"""`manage.py demo`: everything it takes to look at Handrail on one computer."""

from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from demo.cast import PASSWORD

WELCOME = """
Handrail is at {url}

  Phones        {url}/phones/       every demo person's phone: texts, and staff's authenticator codes
  Champion      {url}/sign-in/staff/   alice@handrail.example
  Lead          {url}/sign-in/staff/   priya@handrail.example
  Editor        {url}/sign-in/staff/   elin@handrail.example (then {url}/cms/)
  Participant   {url}/sign-in/         Dev, 07700 900118: the code comes to his phone
  Stories       {url}/stories/

  Password for all staff: {password}
  The six-digit code that follows is on that person's phone at {url}/phones/

Stop with Ctrl-C.
"""


class Command(BaseCommand):
    help = "Migrate, load the demo programme once, and serve it on localhost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not User.objects.exists():
            call_command("load_demo", stdout=self.stdout)
        self.stdout.write(WELCOME.format(url=settings.PUBLIC_URL, password=PASSWORD))
        self.stdout.flush()
        uvicorn.run("config.asgi:application", host="127.0.0.1", port=port, log_level="warning")
