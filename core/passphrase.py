"""The passphrase of backups: from BACKUP_PASSPHRASE, the file BACKUP_PASSPHRASE_FILE, or the keyboard."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from django.core.management.base import CommandError


def ask(*, twice: bool = False) -> str:
    """Raises CommandError where there's none to be had. It is needed to restore, and kept nowhere."""
    if path := os.environ.get("BACKUP_PASSPHRASE_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise CommandError(f"BACKUP_PASSPHRASE_FILE={path} can't be read: {error.strerror}.") from None
    if given := os.environ.get("BACKUP_PASSPHRASE"):
        return given
    if not sys.stdin.isatty():
        raise CommandError("Set BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE: nobody is here to type it.")
    typed = getpass.getpass("Passphrase of the backup: ")
    if twice and typed != getpass.getpass("The same again: "):
        raise CommandError("The two differ: nothing was written.")
    return typed
