"""Close somebody's account at once: `manage.py close_account NAME`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from accounts import registry, selectors, services
from core.commands import ProgramCommand


class Command(ProgramCommand):
    help = (
        "Close an account, by user name, e-mail or telephone: sessions and token end with the next request. "
        "What the person wrote stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")

    def handle(self, *args: Any, **options: Any) -> None:
        user = selectors.user_by_login(options["login"])
        if user is None:
            raise CommandError(f"Nobody signs in as {options['login']}.")
        try:
            services.disable(user=user, by=None)
        except registry.MustStayOpenError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user.username} can't sign in any more.")
