"""Finding a pupil by what somebody remembers: a name, its tail, pinyin, initials, a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Exists, IntegerField, Min, OuterRef, Prefetch, Q, QuerySet, Value, When

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Reach
from schools import access as school_access
from students import access, names, sleeping
from students.finder_keys import FEWEST_DIGITS, IDENTITY, PHONE, SHORTEST_IDENTITY, bed_code, blind
from students.models import Enrolment, FinderKey, Student
from students.selectors.alphabet import ByPinyin

FEWEST_LETTERS = 2
_KINDS = FinderKey.Kind
_DIGITS = re.compile(r"[0-9]+")
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """One line of the finder. It holds no number: finding by one must not show one."""

    student: Student
    school_class: str
    school: str  # only for somebody who works in several schools
    bed: str = ""  # 302-4; only for somebody who may know who sleeps where


@dataclass(frozen=True)
class Answer:
    """What the finder says: the pupils, whether there are more, or that too little was typed."""

    found: list[Found]
    more: bool = False
    too_short: bool = False


def find(user: User, text: str, *, on: date, limit: int = 10) -> Answer:
    """The pupils whom `text` may mean, among those the person may know of, best first.

    Best is: what was typed whole before what only begins so, the person's own pupils before others, then by
    pinyin. Four queries beside the person's memberships, however many there are.
    """
    query = names.fold_query(text)
    if not query:
        return Answer([])
    bed = bed_code(text)
    if not bed and _too_short(query):
        return Answer([], too_short=True)
    schools = school_access.school_ids(user, Perm.STUDENT_FIND, on=on)
    ids = list(_ranked(user, query, bed, schools, on)[: limit + 1])
    seen = school_access.school_ids(user, Perm.DORM_VIEW, on=on)
    found = _lines(ids[:limit], on, names_school=len(schools) > 1, beds_of=seen)
    return Answer(found, more=len(ids) > limit)


def _too_short(query: str) -> bool:
    """One letter or three digits would mean half the school."""
    if _DIGITS.fullmatch(query):
        return len(query) < FEWEST_DIGITS
    return bool(_LATIN.fullmatch(query)) and len(query) < FEWEST_LETTERS


def _ranked(user: User, query: str, bed: str, schools: set[int], on: date) -> QuerySet[FinderKey, int]:
    """Primary keys of pupils. The prefix is looked up in the index; only its rows are checked and sorted."""
    visible = access.visible_students(user, Perm.STUDENT_FIND, on=on)
    whole = _blind_keys(query, schools, school_access.school_ids(user, Perm.STUDENT_IDENTITY, on=on))
    whole += [bed] if bed else []
    return (
        FinderKey.objects.filter(_matches(query, whole), school_id__in=schools, student__in=visible)
        .values("student_id")
        .annotate(
            far=Min(_distance(query, whole)),
            strange=Min(_strangeness(user, on)),
            spelled=Min(ByPinyin("student__pinyin")),
        )
        .order_by("far", "strange", "spelled", "student_id")
        .values_list("student_id", flat=True)
    )


def _distance(query: str, whole: list[str]) -> Case:
    """The whole name, number or pinyin; then the beginning of a name; then a whole given name; then the rest.

    So 龙 finds the Lóng family before those whose given name ends in 龙.
    """
    return Case(
        When(Q(key__in=[query, *whole]) & ~Q(kind=_KINDS.NAME), then=Value(0)),
        When(student__name=query, then=Value(0)),
        When(student__name__startswith=query, then=Value(1)),
        When(key=query, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _matches(query: str, whole: list[str]) -> Q:
    """Names and school numbers by their beginning; of the other numbers, only what was kept of them, whole.

    A blind key is hexadecimal, as somebody's typing may be: what begins like one isn't a number like that.
    """
    beginning = Q(key__startswith=query) & ~Q(kind__in=[_KINDS.IDENTITY, _KINDS.PHONE])
    return beginning | Q(key__in=whole) if whole else beginning


def _blind_keys(query: str, schools: set[int], keeping: set[int]) -> list[str]:
    """Under what a number typed whole is kept. Identity numbers are for roster keepers only: others could
    confirm a guess with them.
    """
    found = []
    if _DIGITS.fullmatch(digits := query.removeprefix("+")):
        found += [blind(school, PHONE, digits) for school in sorted(schools)]
    if len(query) >= SHORTEST_IDENTITY:
        found += [blind(school, IDENTITY, query) for school in sorted(schools & keeping)]
    return found


def _strangeness(user: User, on: date) -> Case:
    """0 for pupils of the person's own class and those paired with them, 1 for the others."""
    grants = school_access.grants_with(user, Perm.STUDENT_FIND, on=on)
    close = [grant for grant in grants if grant.reach in {Reach.CLASS, Reach.PAIRING}]
    own = Exists(access.reached_by(close, user, on=on).filter(pk=OuterRef("student_id")))
    whens = [When(own, then=Value(0))] if close else []
    return Case(*whens, default=Value(1), output_field=IntegerField())


def _lines(ids: list[int], on: date, *, names_school: bool, beds_of: set[int]) -> list[Found]:
    """One line a pupil, with the bed in the schools `beds_of`."""
    stays = Enrolment.objects.active(on).select_related("school_class")
    students = (
        Student.objects.filter(pk__in=ids)
        .select_related("school")
        .prefetch_related(Prefetch("enrolments", stays, to_attr="stays_now"))
        .in_bulk()
    )
    beds = sleeping.bed_codes(pk for pk, student in students.items() if student.school_id in beds_of)
    return [
        Found(
            student=students[pk],
            school_class=students[pk].stays_now[0].school_class.label if students[pk].stays_now else "",
            school=students[pk].school.name if names_school else "",
            bed=next(iter(beds.get(pk, [])), ""),
        )
        for pk in ids
    ]
