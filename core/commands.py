"""The base of commands that work on schools' rows: in a scope named after the command."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core import tenancy


class ProgramCommand(BaseCommand):
    """Whoever runs a command on the server acts for the program, and the audit says so by its name."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with tenancy.program(f"command:{type(self).__module__.rpartition('.')[2]}"):
            return super().execute(*args, **options)
