"""Rules for giving beds: making one, ending it, and opening why it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit
from dormitories import rules
from dormitories.models import Bed, Rule, RulePupil, RuleReason
from schools import access as school_access
from schools import services as school_services
from schools.models import School
from students.models import Student

RefusedError = school_services.RefusedError
LONGEST = timedelta(days=400)


@transaction.atomic
def add_rule(
    *,
    school: School,
    kind: str,
    pupils: Sequence[Student],
    owner: User,
    starts_on: date,
    ends_on: date,
    by: User,
    now: datetime,
    bed: Bed | None = None,
    number: int | None = None,
    reason: str = "",
) -> Rule:
    """Make a rule; of a BUDDY rule the first pupil is the newcomer. The reason goes into a table of its own.

    It ends within 400 days, so that somebody looks at it again. Raises RefusedError for too few or too many
    pupils, pupils or a bed of another school, children of both sexes, and an owner who doesn't work here.
    """
    _check(school, kind, pupils, bed, number)
    if not starts_on <= ends_on <= starts_on + LONGEST:
        raise RefusedError(_("A rule ends within 400 days of its beginning."), "ends_on")
    if not school_access.works_in(owner, school.pk, on=starts_on):
        raise RefusedError(_("This person doesn't work at the school on that day."), "owner")
    rule = Rule.objects.create(
        school=school,
        kind=kind,
        owner=owner,
        bed=bed,
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        made_by=by,
        made_at=now,
    )
    RulePupil.objects.bulk_create(
        RulePupil(
            school=school, rule=rule, student=student, is_newcomer=kind == Rule.Kind.BUDDY and place == 0
        )
        for place, student in enumerate(pupils)
    )
    if reason:
        RuleReason.objects.create(school=school, rule=rule, text=reason, written_by=by, written_at=now)
    audit.record("bed_rule.added", by=by, target=rule, pupils=len(pupils), owner=owner.pk)
    return rule


def _check(school: School, kind: str, pupils: Sequence[Student], bed: Bed | None, number: int | None) -> None:
    needs = rules.KINDS[kind]
    if len({student.pk for student in pupils}) != len(pupils):
        raise RefusedError(_("A child is named twice."), "pupils")
    if len(pupils) < needs.fewest:
        text = ngettext("Name at least %(n)d child.", "Name at least %(n)d children.", needs.fewest)
        raise RefusedError(text % {"n": needs.fewest}, "pupils")
    if len(pupils) > needs.most:
        text = ngettext("Name at most %(n)d child.", "Name at most %(n)d children.", needs.most)
        raise RefusedError(text % {"n": needs.most}, "pupils")
    if any(student.school_id != school.pk for student in pupils):
        raise RefusedError(_("A child belongs to another school."), "pupils")
    if len({student.sex for student in pupils}) > 1:
        text = _("Girls and boys sleep in different houses: a rule names one or the other.")
        raise RefusedError(text, "pupils")
    _check_details(school, needs, pupils, bed, number)


def _check_details(
    school: School, needs: rules.Needs, pupils: Sequence[Student], bed: Bed | None, number: int | None
) -> None:
    if needs.bed and (bed is None or bed.school_id != school.pk):
        raise RefusedError(_("Choose the bed."), "bed")
    if needs.bed and bed is not None and bed.sex != pupils[0].sex:
        raise RefusedError(_("The house is for the other sex."), "bed")
    if needs.number and not (number and 1 <= number <= rules.LARGEST_NUMBER):
        raise RefusedError(_("Choose a number."), "number")


@transaction.atomic
def end_rule(*, rule: Rule, by: User, on: date) -> Rule:
    """Yesterday was the rule's last day; one that hasn't begun never begins.

    Raises RefusedError when it is over already.
    """
    locked = Rule.objects.select_for_update().get(pk=rule.pk)
    if locked.ends_on < on:
        raise RefusedError(_("This rule is over already."))
    locked.ends_on = on - timedelta(days=1)
    locked.starts_on = min(locked.starts_on, locked.ends_on)
    locked.save(update_fields=["starts_on", "ends_on"])
    audit.record("bed_rule.ended", by=by, target=locked)
    return locked


@transaction.atomic
def open_reason(*, rule: Rule, by: User) -> str:
    """Why a rule is there, and a line in the trail that somebody read it. "" where nobody wrote it down."""
    found = RuleReason.objects.filter(rule=rule).first()
    audit.record("bed_rule.reason_read", by=by, target=rule)
    return found.text if found else ""
