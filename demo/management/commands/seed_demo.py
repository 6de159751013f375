"""manage.py seed_demo: the demo district, once."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo import copies, services


class Command(BaseCommand):
    help = (
        "Makes an invented county: schools, staff, pupils, families, talks. It refuses a database that holds "
        "schools already; with --if-empty it then does nothing; with --reset it first empties a database "
        "that the demo made itself, and only such a one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are schools already"
        )
        parser.add_argument("--reset", action="store_true", help="empty the demo's own database first")
        parser.add_argument("--pupils", type=int, default=3_000, help="how many pupils, 3000 unless told")
        parser.add_argument(
            "--size", type=_size, help="how many pupils, 10,000 to 1,000,000: the first school is copied"
        )
        parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same people")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pupils"] < 60:
            raise CommandError("--pupils must be 60 or more: six schools need somebody in them.")
        started = time.monotonic()
        now = timezone.localtime()
        size = options["size"] or 0
        pupils = copies.PATTERN_PUPILS if size >= copies.SMALLEST else size or options["pupils"]
        if options["reset"]:
            self._empty()
        try:
            made = services.seed_district(pupils=pupils, seed=options["seed"], now=now)
        except services.NotEmptyError:
            if options["if_empty"]:
                services.count_if_seeded(now=now)
                return
            raise CommandError(
                "There are schools in this database already. To make the demo district anew: make demo-reset"
            ) from None
        if size >= copies.SMALLEST:
            self._copy(size, made, now)
        services.analyse()
        seconds = time.monotonic() - started
        self.stdout.write(
            f"Demo district: {made['schools']:,} schools, {made['pupils']:,} pupils, {made['talks']:,} talks "
            f"in {seconds:.1f} s."
        )

    def _copy(self, size: int, made: dict[str, int], now: datetime) -> None:
        services.analyse()
        try:
            done = copies.fill(pupils=size, now=now, say=self.stdout.write)
        except copies.NoAdministratorError:
            raise CommandError("--size needs the server's administrator: set DATABASE_ADMIN_URL.") from None
        made["schools"] += done.schools
        made["pupils"] += done.pupils
        made["talks"] += done.talks

    def _empty(self) -> None:
        try:
            services.empty_demo()
        except services.NotADemoError:
            raise CommandError(
                "This database wasn't made by the demo, so its data stay. Use another database for the demo."
            ) from None


def _size(text: str) -> int:
    """A number with or without commas, 60 or more."""
    number = int(text.replace(",", "").replace("_", ""))
    if number < 60:
        raise ValueError
    return number
