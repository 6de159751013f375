"""Ask in the first people of a new system: its administrators and the district's officials."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email
from django.utils import timezone

from accounts import phones
from accounts.roles import ROLES, Role
from core.commands import ProgramCommand
from schools import selectors, services


class Command(ProgramCommand):
    help = (
        "Print a link by which somebody joins: works once, for seven days. "
        "In a running school, its administrators and head teachers invite on the People page."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        roles = [role.value for role, spec in ROLES.items() if spec.scope != "school_class"]
        parser.add_argument("--role", default=Role.SCHOOL_ADMIN.value, choices=roles)
        parser.add_argument("--name", required=True)
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--school", help="the school's ten-digit code")
        place.add_argument("--area", help="GB/T 2260 code, for a role of an area")
        parser.add_argument("--email", default="", help="the link is mailed there too")
        parser.add_argument("--phone", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"])
        if (ROLES[role].scope == "area") != bool(options["area"]):
            raise CommandError(f"{role} goes with {'--area' if ROLES[role].scope == 'area' else '--school'}.")
        school = selectors.school_by_code(options["school"] or "")
        area = selectors.area_by_code(options["area"] or "")
        if school is None and area is None:
            raise CommandError("No such school or area; make it first: manage.py add_school, load_areas.")
        _check_addresses(options["email"], options["phone"])
        try:
            issued = services.invite(
                school=school,
                area=area,
                role=role,
                name=options["name"],
                email=options["email"],
                phone=options["phone"],
                by=None,
                now=timezone.now(),
            )
        except services.RefusedError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(issued.link)


def _check_addresses(email: str, phone: str) -> None:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise CommandError(f"{email} is no e-mail address.") from None
    if phone and not phones.is_phone(phones.normalise(phone)):
        raise CommandError(f"{phone} is no telephone number.")
