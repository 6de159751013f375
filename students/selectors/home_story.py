"""Changes at home in the chronology: a parent goes away and comes back, somebody looks after the child."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Perm
from students import access
from students.models import GuardianLink, MigrationEpisode, Student
from students.registry import Entry, Position, Source

NAME = "home"


def entries(user: User, student: Student, now: datetime, before: Position | None, limit: int) -> list[Entry]:
    """For whoever may see the home; days to come wait. A family has a handful, so they're cut here.

    Which of the adults it is stands as their relation: names are beside it, with the people around the child.
    """
    if not _is_for(user, student, now):
        return []
    today = timezone.localdate(now)
    found = [one for one in [*_absences(student), *_care(student)] if one.context["day"] <= today]
    newest = sorted(found, key=lambda entry: entry.position.key, reverse=True)
    if before is not None:
        newest = [entry for entry in newest if entry.position.key < before.key]
    return newest[:limit]


def _is_for(user: User, student: Student, now: datetime) -> bool:
    return access.reason_for(user, student, Perm.STUDENT_HOME, on=timezone.localdate(now)) is not None


def _absences(student: Student) -> list[Entry]:
    """Whose it is comes along with each, in one query."""
    related = MigrationEpisode.objects.filter(person__guardian_links__student=student)
    relations = dict(GuardianLink.Relation.choices)
    made = []
    for one in related.annotate(relation=F("person__guardian_links__relation")):
        who = {"who": relations[one.relation]}
        made.append(_entry(one.pk * 4, one.started_on, _("Away: %(who)s") % who, one.place))
        if one.ended_on is not None:
            made.append(_entry(one.pk * 4 + 1, one.ended_on, _("Last day away: %(who)s") % who))
    return made


def _care(student: Student) -> list[Entry]:
    made = []
    for one in student.care_arrangements.select_related("carer"):
        who = {"who": one.carer.name if one.carer else _("Nobody")}
        made.append(_entry(one.pk * 4 + 2, one.started_on, _("Looks after the child: %(who)s") % who))
        if one.ended_on is not None:
            made.append(
                _entry(one.pk * 4 + 3, one.ended_on, _("Last day of looking after the child: %(who)s") % who)
            )
    return made


def _entry(pk: int, day: date, title: str, text: str = "") -> Entry:
    at = timezone.make_aware(datetime.combine(day, time.min))
    return Entry(
        Position(at, NAME, pk),
        NAME,
        "students/_entry_home.html",
        "students/_print_home.html",
        {"title": title, "day": day, "text": text},
    )


SOURCE = Source(NAME, gettext_lazy("At home"), entries, _is_for)
