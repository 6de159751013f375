"""`manage.py backup`: database and files in one encrypted, verified file. `make backup` calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import backup, passphrase
from core.archive import ArchiveError


class Command(BaseCommand):
    help = "Write an encrypted backup of database and files, and read it again. The keys are not in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the file to write (else a new one in BACKUP_DIR)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        path = options["to"] or Path(settings.BACKUP_DIR) / f"kiteline-{now:%Y%m%d-%H%M%S}.klb"
        if path.exists():
            raise CommandError(f"{path} exists already: a backup never goes over another.")
        try:
            manifest = backup.write(
                path,
                dsn=backup.dsn(),
                media=Path(settings.MEDIA_ROOT),
                passphrase=passphrase.ask(twice=True),
                made_at=now.isoformat(),
            )
        except (backup.BackupError, ArchiveError) as error:
            raise CommandError(str(error)) from None
        except psycopg2.OperationalError as error:
            raise CommandError(f"kl_backup can't sign in: {str(error).strip().splitlines()[0]}") from None
        rows = sum(table.rows for table in manifest.tables.values())
        size = path.stat().st_size / 1024 / 1024
        self.stdout.write(
            f"{path}: {len(manifest.tables)} tables, {rows} rows, {len(manifest.files)} files, {size:.1f} MB."
            " Verified. The keys are not in it: make backup-keys."
        )
