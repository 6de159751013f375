"""Pair a teacher with pupils, from the terminal of a school that has no page for it yet."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from accounts import selectors as account_selectors
from core.commands import ProgramCommand
from schools import selectors as school_selectors
from students.selectors import lists
from students.services import pairings


class Command(ProgramCommand):
    help = "Pair a teacher with pupils by their school numbers; --end takes the pairing back. All or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("teacher", help="user name, telephone number or e-mail address")
        parser.add_argument("numbers", nargs="+", metavar="school_number")
        parser.add_argument("--school", required=True, help="the school's ten-digit code")
        parser.add_argument("--end", action="store_true", help="today is the last day")

    def handle(self, *args: Any, **options: Any) -> None:
        school = school_selectors.school_by_code(options["school"])
        teacher = account_selectors.user_by_login(options["teacher"])
        if school is None or teacher is None:
            raise CommandError("No such school." if school is None else "Nobody signs in with this name.")
        numbers = set(options["numbers"])
        pupils = lists.by_school_numbers(school, numbers)
        if missing := numbers - {pupil.school_number for pupil in pupils}:
            raise CommandError(f"No pupil of this school has the number {', '.join(sorted(missing))}.")
        change = pairings.unpair if options["end"] else pairings.pair
        try:
            with transaction.atomic():
                for pupil in pupils:
                    change(student=pupil, teacher=teacher, by=None, on=timezone.localdate())
        except pairings.CannotPairError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{'Ended' if options['end'] else 'Paired'}: {len(pupils)}")
