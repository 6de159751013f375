"""`manage.py restore FILE`: a backup into a new database. `make restore FILE=…` calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from core import backup, db_roles, passphrase, restore
from core.archive import ArchiveError


class Command(BaseCommand):
    help = "Restore a backup into a new or empty database and compare every table with the manifest."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--database", help="the database to make (else the one the settings name)")
        parser.add_argument("--media", type=Path, help="the folder for files (else MEDIA_ROOT)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_ADMIN_URL:
            raise CommandError("Set DATABASE_ADMIN_URL: making a database takes an administrator.")
        database = options["database"] or connections["default"].settings_dict["NAME"]
        media = options["media"] or Path(settings.MEDIA_ROOT)
        if media.is_dir() and any(media.iterdir()):
            raise CommandError(f"{media} holds files already: name another folder (--media).")
        try:
            manifest = restore.into(
                options["file"],
                database=database,
                admin_dsn=settings.DATABASE_ADMIN_URL,
                media=media,
                passphrase=passphrase.ask(),
            )
        except (backup.BackupError, ArchiveError, db_roles.RolesError) as error:
            raise CommandError(str(error)) from None
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(
            f"{database} holds what was backed up at {manifest.made_at}: {len(manifest.tables)} tables, "
            f"{rows} rows, {len(manifest.files)} files, all checksums equal. Next: manage.py verify_audit"
        )
