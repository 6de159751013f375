"""Areas, schools and classes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from schools import registry
from schools.models import Area, School, SchoolClass, SchoolYear
from schools.services.errors import RefusedError

_LEVELS = (
    (2, Area.Level.PROVINCE),
    (4, Area.Level.PREFECTURE),
    (6, Area.Level.COUNTY),
    (9, Area.Level.TOWNSHIP),
)
_CODE = re.compile(r"[1-9]\d{5}(\d{3})?")


@transaction.atomic
def load_areas(*, rows: Iterable[tuple[str, str]], by: User | None) -> tuple[int, int]:
    """Add areas, or rename those there are, from codes and names; returns how many were new and renamed.

    Codes nest by their digits: 52, 5223, 522301, 522301100 (GB/T 2260, townships by GB/T 10114). A parent
    that is in neither the file nor the system is refused, but for what GB/T 2260 itself leaves out: the
    counties of a municipality or those directly under a province have no prefecture above them.
    """
    areas = {area.code: area for area in Area.objects.all()}
    new = renamed = 0
    for code, name in sorted(rows, key=lambda row: (_depth(row[0]), row[0])):
        known = areas.get(code)
        if known is None:
            areas[code] = _add_area(code, name, areas)
            new += 1
        elif known.name != name:
            known.name = name
            known.save(update_fields=["name"])
            renamed += 1
    audit.record("areas.loaded", by=by, new=new, renamed=renamed)
    return new, renamed


def _depth(code: str) -> int:
    """How many digits say something: 520000 has two, 522300 four."""
    if _CODE.fullmatch(code) is None:
        raise RefusedError(
            _("%(code)s is no code of GB/T 2260: six digits, or nine for a township.") % {"code": code}
        )
    if len(code) == 9:
        return 9
    return 2 if code.endswith("0000") else 4 if code.endswith("00") else 6


def _add_area(code: str, name: str, areas: dict[str, Area]) -> Area:
    depth = _depth(code)
    parent = None
    if depth > 2:
        above = {4: [2], 6: [4, 2], 9: [6]}[depth]
        parent = next((areas[up] for n in above if (up := code[:n].ljust(6, "0")) in areas), None)
        if parent is None:
            raise RefusedError(
                _("%(code)s %(name)s: the area above it is missing.") % {"code": code, "name": name}
            )
    area = Area(
        code=code,
        name=name,
        level=dict(_LEVELS)[depth],
        parent=parent,
        path=f"{parent.path}/{code}" if parent else code,
    )
    try:
        area.full_clean(exclude=["parent"], validate_constraints=False)
    except ValidationError as error:
        raise RefusedError(f"{code} {name}: {'; '.join(error.messages)}") from None
    area.save()
    return area


@transaction.atomic
def add_school(*, code: str, name: str, area: Area, by: User | None) -> School:
    """Open a school. Raises RefusedError when the code isn't ten digits or is taken."""
    school = School(code=code, name=name, area=area)
    try:
        school.full_clean()
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from None
    school.save()
    audit.record("school.added", by=by, target=school, school_id=school.pk, code=code)
    registry.equip(school, by)
    return school


@transaction.atomic
def add_class(*, year: SchoolYear, grade: int, number: int, by: User | None) -> SchoolClass:
    """Add a class to a school year. Raises RefusedError when the year has it already."""
    made, is_new = SchoolClass.objects.get_or_create(
        year=year, grade=grade, number=number, defaults={"school": year.school}
    )
    if not is_new:
        raise RefusedError(_("%(name)s exists already in this year.") % {"name": made.label}, "number")
    audit.record("school_class.added", by=by, target=made, grade=grade, number=number)
    return made
