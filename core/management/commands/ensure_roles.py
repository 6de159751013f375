"""`manage.py ensure_roles`: the database, its owner and its roles, made by an administrator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import db_roles


class Command(BaseCommand):
    """The administrator is DATABASE_ADMIN_URL; local and test settings point it at the embedded server."""

    help = "Make the database and its roles (kl_owner, kl_app and three more); safe to repeat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--createdb",
            action="store_true",
            help="let kl_owner make databases, which tests need (always so on the embedded server)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        admin_dsn = getattr(settings, "DATABASE_ADMIN_URL", "") or _secret("DATABASE_ADMIN_URL")
        if not admin_dsn:
            raise CommandError(
                "Set DATABASE_ADMIN_URL to an administrator's address, such as "
                "postgresql://postgres:…@host/postgres, for this one command."
            )
        if "owner" not in settings.DATABASES:
            raise CommandError("Set DATABASE_OWNER_URL too: it names the database and its owner.")
        try:
            made = db_roles.ensure(
                admin_dsn=admin_dsn,
                database=settings.DATABASES["owner"]["NAME"],
                passwords=_passwords(),
                createdb=getattr(settings, "OWNER_MAY_CREATE_DATABASES", False) or options["createdb"],
            )
        except db_roles.RolesError as error:
            raise CommandError(str(error)) from None
        if options["verbosity"] > 0:
            for what in made:
                self.stdout.write(f"Made {what}.")


def _passwords() -> dict[str, str]:
    """From KL_OWNER_PASSWORD and so on, else what the program's own connections already carry."""
    found = {}
    for alias in ("owner", "default"):
        connection = settings.DATABASES.get(alias, {})
        if connection.get("USER") and connection.get("PASSWORD"):
            found[connection["USER"]] = connection["PASSWORD"]
    for role in db_roles.ROLES:
        if password := _secret(f"{role.name.upper()}_PASSWORD"):
            found[role.name] = password
    return found


def _secret(name: str) -> str:
    """The variable, or the content of the file that NAME_FILE names."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise CommandError(f"{name}_FILE={path} can't be read: {error.strerror}.") from None
    return os.environ.get(name, "")
