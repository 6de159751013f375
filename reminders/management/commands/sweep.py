"""`manage.py sweep [--loop]`: what the Celery task does, without a broker."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from core import tenancy
from reminders import services

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send the reminders that are due; with --loop, go on until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="sweep again and again")
        parser.add_argument("--interval", type=float, default=10.0, help="seconds between two sweeps (10)")

    def handle(self, *args: Any, loop: bool, interval: float, **options: Any) -> None:
        worker = f"{socket.gethostname()}:{os.getpid()}"
        if not loop:
            with tenancy.program("reminders"):
                done = services.sweep(clock_now=timezone.now, worker=worker)
            self.stdout.write(
                ", ".join(f"{what} {count}" for what, count in sorted(done.items())) or "nothing due"
            )
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                with tenancy.program("reminders"):
                    services.sweep(clock_now=timezone.now, worker=worker, stopping=stop.is_set)
            except (OperationalError, InterfaceError) as error:
                logger.error("database not reached (%s); trying again", type(error).__name__)
                connection.close()
            stop.wait(interval)
