"""Print a new code sheet: `manage.py reset_second_factor NAME`, for somebody whom no colleague may help."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts import selectors
from accounts.second_factor import services, sheet
from core.commands import ProgramCommand


class Command(ProgramCommand):
    help = (
        "Take somebody's second factors away and print the codes of a new sheet; their sessions end. "
        "Make sure who asks for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="user name, e-mail or telephone")

    def handle(self, *args: Any, **options: Any) -> None:
        user = selectors.user_by_login(options["login"])
        if user is None or not user.is_active:
            raise CommandError(f"Nobody signs in as {options['login']}.")
        codes = services.reset(user=user, by=None, now=timezone.now())
        self.stdout.write("\n".join(sheet.shown(code) for code in codes))
