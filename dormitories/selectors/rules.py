"""Rules as those who give beds see them: what, who, until when; never why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, keyset
from dormitories import access
from dormitories.models import Bed, Rule, RulePupil
from dormitories.rules import KINDS
from schools.models import School
from students import access as student_access
from students.models import Enrolment, Student


@dataclass(frozen=True)
class RuleLine:
    """One rule with its children; the newcomer of a BUDDY rule first."""

    rule: Rule
    sentence: str
    pupils: list[Student]
    may_end: bool


def _named() -> Prefetch[str, QuerySet[RulePupil], str]:
    return Prefetch("pupils", RulePupil.objects.select_related("student").order_by("-is_newcomer", "pk"))


def rules_page(user: User, *, on: date, over: bool, cursor: str | None) -> tuple[list[RuleLine], Page[Rule]]:
    """The rules of the person's schools, in force or to come, the first to end first; or those over."""
    ended = Q(ends_on__lt=on)
    here = Rule.objects.filter(school_id__in=access.rule_schools(user, on=on))
    found = here.filter(ended) if over else here.exclude(ended)
    related = found.select_related("owner", "bed__room", "school__area").prefetch_related(_named())
    page = keyset(related, order=["-ends_on" if over else "ends_on", "pk"], cursor=cursor, size=30)
    return [line_of(user, rule, on=on) for rule in page], page


def line_of(user: User, rule: Rule, *, on: date) -> RuleLine:
    """A rule for its page or the list."""
    return RuleLine(
        rule=rule,
        sentence=str(KINDS[rule.kind].sentence),
        pupils=[one.student for one in rule.pupils.all()],
        may_end=rule.ends_on >= on and access.may_end(user, rule, on=on),
    )


def rule_line(user: User, rule: Rule, *, on: date) -> RuleLine:
    """The same for one rule, its children in one query."""
    full = Rule.objects.filter(pk=rule.pk).select_related("owner", "bed__room", "school__area")
    return line_of(user, full.prefetch_related(_named()).get(), on=on)


class UnclearError(Exception):
    """A line of typed names that names no child, or more than one; the message may be shown."""


def named_pupils(user: User, school: School, text: str, *, on: date) -> list[Student]:
    """The boarders of a school whom somebody typed, one a line: the name, or the name and the class.

    Two queries, however many. Raises UnclearError with the line that isn't clear.
    """
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    pupils = student_access.visible_students(user, Perm.BED_RULE, on=on).filter(school=school)
    enrolled = Enrolment.objects.active(on).select_related("school_class")
    words = {line.split(maxsplit=1)[0] for line in lines} | set(lines)
    found = pupils.boarding().enrolled(on).filter(name__in=words).order_by("pk")
    here = list(found.prefetch_related(Prefetch("enrolments", enrolled, to_attr="stays_now")))
    return [_named_by(line, here) for line in lines]


def _named_by(line: str, pupils: Sequence[Student]) -> Student:
    whole = [one for one in pupils if one.name == line]
    parts = line.split(maxsplit=1)
    if not whole and len(parts) == 2:
        whole = [one for one in pupils if one.name == parts[0] and _class_of(one) == _plain(parts[1])]
    if len(whole) == 1:
        return whole[0]
    if not whole:
        raise UnclearError(_("No boarder of this school is called “%(line)s”.") % {"line": line[:40]})
    label = whole[0].stays_now[0].school_class.label  # type: ignore[attr-defined]
    said = {"name": line[:40], "class": label}
    raise UnclearError(
        _("Several children are called %(name)s. Write the class after the name: %(name)s %(class)s") % said
    )


def _class_of(student: Student) -> str:
    return _plain(student.stays_now[0].school_class.label)  # type: ignore[attr-defined]


def _plain(label: str) -> str:
    return label.replace(" ", "").lower()


def beds_of(school: School) -> list[Bed]:
    """The beds a rule may name, in the order of the doors."""
    found = Bed.objects.filter(school=school, room__building__closed_on=None).select_related("room__building")
    return list(found.order_by("room__building__name", "room__floor", "room__number", "pk"))
