"""`manage.py dispatch`: do due work until told to stop (docs/dispatcher.md)."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import dispatch


class Command(BaseCommand):
    help = "Send due texts and do other due work. Any number may run. SIGTERM ends it cleanly."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then exit")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            self.stdout.write(f"{asyncio.run(dispatch.drain())} done.")
        else:
            asyncio.run(_run_until_told_to_stop())


async def _run_until_told_to_stop() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await dispatch.run_until(stop)
