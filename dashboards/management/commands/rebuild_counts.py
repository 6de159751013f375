"""`manage.py rebuild_counts`: count every school's weeks anew from its rows."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import tenancy
from dashboards.services import building
from schools import selectors


class Command(BaseCommand):
    help = "Count the weeks of every school anew from the schools' rows, whatever was counted before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=building.ALL_WEEKS, help="how many, with this one")
        parser.add_argument("--school", help="one school only, by its ten-digit code")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["weeks"] <= 520:
            raise CommandError("--weeks is a number from 1 to 520.")
        with tenancy.program("rebuild_counts"):
            only = None
            if options["school"]:
                school = selectors.school_by_code(options["school"])
                if school is None:
                    raise CommandError("No such school.")
                only = [school.pk]
            done = building.rebuild(weeks=options["weeks"], school_ids=only, now=timezone.now())
        self.stdout.write(f"{done} schools counted over {options['weeks']} weeks.")
