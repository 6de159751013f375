"""`manage.py backup_drill`: would the backup help? `make drill` calls it; so does a test.

A backup nobody has restored is a hope. This makes one, restores it into a scratch database, compares every
table, checks the audit trail there, opens a sample of what is encrypted, and removes everything again.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import backup, db_roles, keys, passphrase, restore, rotation, tenancy
from core.archive import ArchiveError

FAILURES = (backup.BackupError, ArchiveError, db_roles.RolesError, keys.KeyMissing, keys.Damaged)


class Command(BaseCommand):
    help = "Back up, restore into a scratch database, compare, verify the audit trail, open samples."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="drill with this backup instead of a new one")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_ADMIN_URL:
            raise CommandError("Set DATABASE_ADMIN_URL: the drill makes a scratch database.")
        began = time.monotonic()
        scratch = f"kiteline_drill_{secrets.token_hex(4)}"
        try:
            with tempfile.TemporaryDirectory(prefix="kiteline-drill-") as folder:
                self._drill(Path(folder), scratch, options["file"])
        except (
            backup.BackupError,
            ArchiveError,
            db_roles.RolesError,
            keys.KeyMissing,
            keys.Damaged,
        ) as error:
            raise CommandError(f"The drill failed: {error}") from None
        finally:
            restore.drop(scratch, settings.DATABASE_ADMIN_URL)
        self.stdout.write(f"The drill went well, in {time.monotonic() - began:.1f} s.")

    def _drill(self, folder: Path, scratch: str, file: Path | None) -> None:
        secret = passphrase.ask() if file else secrets.token_urlsafe(16)
        if file is None:
            file = folder / "drill.klb"
            backup.write(
                file,
                dsn=backup.dsn(),
                media=Path(settings.MEDIA_ROOT),
                passphrase=secret,
                made_at=timezone.now().isoformat(),
            )
        manifest = restore.into(
            file,
            database=scratch,
            admin_dsn=settings.DATABASE_ADMIN_URL,
            media=folder / "media",
            passphrase=secret,
        )
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(f"{len(manifest.tables)} tables, {rows} rows: counts and checksums equal.")
        with restore.connected_to(scratch):
            if "verify_audit" in get_commands():
                call_command("verify_audit", stdout=self.stdout, stderr=self.stderr)
            with tenancy.program("command:backup_drill"):
                for name, count in rotation.open_samples("default"):
                    self.stdout.write(f"  {name}: {count} opened")
