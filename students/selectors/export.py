"""The list of pupils as a table to take away: each row as far as the person may see that pupil."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from itertools import chain

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.permissions import Perm
from core.exports import Table
from schools.models import School, SchoolClass
from students import access
from students.models import Enrolment, GuardianLink, Student, StudentQuerySet
from students.selectors import phones

_ADULTS = 2  # whom one calls first, and whom then


class Part(StrEnum):
    """What may stand beside name, class and boarding."""

    CONTACTS = "contacts"
    HOME = "home"
    IDENTITY = "identity"


NEEDS = {
    Part.CONTACTS: Perm.STUDENT_CONTACT,
    Part.HOME: Perm.STUDENT_HOME,
    Part.IDENTITY: Perm.STUDENT_IDENTITY,
}


def schools(user: User, *, on: date) -> list[School]:
    """The schools whose list the person may take away, or of which a class."""
    reached = access.exportable_students(user, on=on)
    return list(School.objects.filter(pk__in=reached.values("school_id")).order_by("name", "pk"))


def classes(user: User, *, on: date) -> list[SchoolClass]:
    """The classes to choose from."""
    here = Enrolment.objects.active(on).filter(student__in=access.exportable_students(user, on=on))
    found = SchoolClass.objects.filter(pk__in=here.values("school_class_id"))
    return list(found.select_related("school", "year").order_by("school__name", "grade", "number", "pk"))


def parts(user: User, *, on: date) -> list[Part]:
    """What the person may see of at least one of them."""
    reached = access.exportable_students(user, on=on)
    return [
        part
        for part in Part
        if access.visible_students(user, NEEDS[part], on=on).filter(pk__in=reached).exists()
    ]


def table(
    user: User, *, school: School, school_class: SchoolClass | None, wanted: list[Part], on: date
) -> Table:
    """The enrolled pupils by class and name. A part that the person may not see of a pupil stays empty."""
    reached = access.exportable_students(user, on=on).filter(school=school)
    if school_class is not None:
        here = Enrolment.objects.active(on).filter(school_class=school_class)
        reached = reached.filter(pk__in=here.values("student_id"))
    allowed = {
        part: set(access.visible_students(user, NEEDS[part], on=on).values_list("pk", flat=True))
        for part in wanted
    }
    pupils = sorted(_with_people(reached, on), key=_place)
    if Part.CONTACTS in wanted:
        adults = (one.adults[:_ADULTS] for one in pupils)  # type: ignore[attr-defined]
        phones.with_numbers(chain.from_iterable(adults), on=on)
    rows = [_row(one, wanted, {part for part in wanted if one.pk in allowed[part]}) for one in pupils]
    return Table(
        _("Children"), _head(wanted), rows, ids=[one.public_id for one in pupils], widths=_widths(wanted)
    )


def _with_people(students: StudentQuerySet, on: date) -> StudentQuerySet:
    stays = Enrolment.objects.active(on).select_related("school_class")
    links = GuardianLink.objects.filter(contact_barred=False, person__is_dead=False)
    return students.prefetch_related(
        Prefetch("enrolments", stays, to_attr="stays_now"),
        Prefetch("guardian_links", links.select_related("person"), to_attr="adults"),
    )


def _place(student: Student) -> tuple[int, int, str, int]:
    here = student.stays_now[0].school_class  # type: ignore[attr-defined]
    return here.grade, here.number, student.pinyin, student.pk


def _head(wanted: list[Part]) -> list[str]:
    head = [pgettext("person", "Name"), _("Sex"), _("Born"), _("Class"), _("Boarding"), _("School number")]
    if Part.CONTACTS in wanted:
        head += [_("Child's own telephone")]
        head += [_("Adult"), _("Relation"), _("Telephone")] * _ADULTS
    if Part.HOME in wanted:
        head += [_("Home address")]
    if Part.IDENTITY in wanted:
        head += [_("National school number"), _("Identity number")]
    return head


def _widths(wanted: list[Part]) -> list[int]:
    return [14, 8, 12, 12, 12, 16] + [18] * (len(_head(wanted)) - 6)


def _row(student: Student, wanted: list[Part], seen: set[Part]) -> list[object]:
    here = student.stays_now[0].school_class  # type: ignore[attr-defined]
    row: list[object] = [
        student.name,
        student.get_sex_display(),
        student.born_on,
        here.label,
        student.get_boarding_display(),
        student.school_number,
    ]
    for part, cells_of in _CELLS.items():
        if part in wanted:
            cells = cells_of(student)
            row += cells if part in seen else [""] * len(cells)
    return row


def _contacts(student: Student) -> list[object]:
    cells: list[object] = [student.phone]
    adults: list[GuardianLink] = student.adults[:_ADULTS]  # type: ignore[attr-defined]
    for link in adults:
        number = next((one.number for one in link.numbers), "")  # type: ignore[attr-defined]
        cells += [link.person.name, link.get_relation_display(), number]
    return cells + [""] * (1 + 3 * _ADULTS - len(cells))


_CELLS: dict[Part, Callable[[Student], list[object]]] = {
    Part.CONTACTS: _contacts,
    Part.HOME: lambda student: [student.address],
    Part.IDENTITY: lambda student: [student.national_number, student.identity_number],
}
