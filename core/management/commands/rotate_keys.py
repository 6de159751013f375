"""`manage.py rotate_keys`: a new version of the data key, and everything encrypted moved to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from core import audit, keyring, keys, rotation
from core.commands import ProgramCommand

OWNER = "owner"


class Command(ProgramCommand):
    """Works as the owner: the program's role may not touch what is append-only.

    Stopped in the middle, it goes on when called again, without another new key. Pages work meanwhile: every
    version in the keyring opens what it closed.
    """

    help = (
        "Add a new data key and re-encrypt everything with it; --retire removes old ones that nothing needs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retire",
            action="store_true",
            help="remove old keys that close nothing any more; backups from before need the keyring of then",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("Set DATABASE_OWNER_URL: only the owner may re-encrypt what is append-only.")
        path = Path(settings.KEYRING_FILE)
        try:
            self._retire(path) if options["retire"] else self._rotate(path)
        except (keys.KeyMissing, keys.Damaged) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"The keyring {path} can't be written ({error.strerror}): run this where it can, "
                "or add a key by `python -m core.keyring add FILE` and restart."
            ) from None

    def _rotate(self, path: Path) -> None:
        if behind := rotation.values_behind(OWNER):
            self.stdout.write(f"{behind} values wait for key {keys.newest_id().hex()}: going on with them.")
        else:
            added = keyring.add_key(path).newest
            self.stdout.write(f"Key {added.id.hex()} added. Back up the keyring now: make backup-keys")
        total = 0
        for name, count in rotation.renew_all(OWNER):
            total += count
            if count:
                self.stdout.write(f"  {name}: {count}")
        audit.record("keys.rotated", by=None, target=None, key=keys.newest_id().hex(), values=total)
        self.stdout.write(f"{total} values re-encrypted with key {keys.newest_id().hex()}.")

    def _retire(self, path: Path) -> None:
        idle = rotation.unused(keyring.read(path), OWNER)
        keyring.drop_keys(path, idle)
        for key_id in sorted(idle):
            audit.record("keys.retired", by=None, target=None, key=key_id.hex())
            self.stdout.write(f"Key {key_id.hex()} retired.")
        left = len(keyring.read(path).keys) - 1
        self.stdout.write(f"{len(idle)} keys retired, {left} old ones still needed.")
