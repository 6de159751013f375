"""Open a school: `manage.py add_school 2152999901 青石中心学校 --area=522301`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from core.commands import ProgramCommand
from schools import selectors, services


class Command(ProgramCommand):
    help = "Open a school with its ten-digit national code; its first people come by `manage.py invite`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")
        parser.add_argument("name")
        parser.add_argument("--area", required=True, help="GB/T 2260 code of the county or township")

    def handle(self, *args: Any, **options: Any) -> None:
        area = selectors.area_by_code(options["area"])
        if area is None:
            raise CommandError(f"There is no area {options['area']}; load areas first: manage.py load_areas.")
        try:
            school = services.add_school(code=options["code"], name=options["name"], area=area, by=None)
        except services.RefusedError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{school.name} is open. Next: manage.py invite --school={school.code} …")
