"""Print a link for a new password: `manage.py password_link NAME`, for somebody without an e-mail address."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import selectors, services


class Command(BaseCommand):
    help = "Print a link at which somebody sets a new password; it works once. Make sure who asks for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="user name, e-mail or telephone")

    def handle(self, *args: Any, **options: Any) -> None:
        user = selectors.user_by_login(options["login"])
        if user is None or not user.is_active:
            raise CommandError(f"Nobody signs in as {options['login']}.")
        self.stdout.write(services.make_password_link(user=user, by=None))
