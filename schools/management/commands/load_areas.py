"""Load administrative areas: `manage.py load_areas FILE.csv` with the columns code and name."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schools import services

MOST_BYTES = 50 * 1024 * 1024


class Command(BaseCommand):
    help = "Load areas by their GB/T 2260 codes from a CSV file: code,name. Loading it again renames."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [row for row in csv.reader(_text(options["file"]).splitlines()) if any(map(str.strip, row))]
        if rows and not rows[0][0].strip().isdigit():
            rows = rows[1:]  # a line of headings
        if not rows or any(len(row) < 2 for row in rows):
            raise CommandError("Each line needs a code and a name: 520000,贵州省")
        try:
            new, renamed = services.load_areas(
                rows=((row[0].strip(), row[1].strip()) for row in rows), by=None
            )
        except services.RefusedError as refusal:
            raise CommandError(f"{refusal} Nothing was loaded.") from None
        self.stdout.write(f"{new} areas added, {renamed} renamed.")


def _text(path: Path) -> str:
    """The file in UTF-8 or, as the ministries' files often are, in GB 18030."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CommandError(f"{path} is larger than any list of areas.")
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommandError(f"{path} is neither UTF-8 nor GB 18030.")
