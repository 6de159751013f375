"""What a home is made of, as dated facts: numbers, absences, hours to call, who looks after the child.

"Not collected" (未采集) is a value of its own everywhere. Whether a pupil counts as left behind on a day is
worked out from these (students.left_behind), never stored. Source of the fields: domain.md §1.2, §1.3, §8.1.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import BlindIndex, SearchableTextField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import School
from students.models.enrolment import DatedQuerySet, _DateRange, _Int8Range
from students.models.people import GuardianLink, Person, Student


def _never_two_at_once(name: str, whose: str) -> ExclusionConstraint:
    """The last day counts, so the next one begins the day after."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (_Int8Range(F(whose), F(whose), Value("[]")), RangeOperators.OVERLAPS),
            (_DateRange(F("started_on"), F("ended_on"), Value("[]")), RangeOperators.OVERLAPS),
        ],
    )


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")))


class PhoneNumber(PublicIdModel):
    """A telephone number of a person. Only a confirmed one that hasn't ended is called (selectors.phones).

    Confirmed: somebody of the school has spoken with the person at this number. `ended_on` is the day from
    which it is nobody's any more, or another's: it is kept, so that the next roster doesn't bring it back.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "person": PERSONAL,
        "number": PERSONAL,
        "label": PERSONAL,
        "confirmed_on": PUBLIC,
        "confirmed_by": PUBLIC,
        "last_worked_on": PUBLIC,
        "ended_on": PUBLIC,
        "created_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="numbers")
    number = SearchableTextField(_("telephone"), max_length=20)
    label = models.CharField(_("whose or where"), max_length=40, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_worked_on = models.DateField(_("last worked on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("person", BlindIndex("number"), name="students_phone_once"),
            models.CheckConstraint(name="students_phone_given", condition=Q(number__isnull=False)),
            models.CheckConstraint(
                name="students_phone_confirmed",
                condition=Q(confirmed_by=None) | Q(confirmed_on__isnull=False),
            ),
        ]
        indexes = [models.Index("school", BlindIndex("number"), name="students_phone_number")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"number {self.pk} of {self.person_id}"


class MigrationEpisode(PublicIdModel):
    """A person is away from home from a day to a day, at most at one place at a time. The last day counts.

    The place is written to province and city only (notes of the 2016 form, domain.md §1.3).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "person": PERSONAL,
        "place": PERSONAL,
        "reason": SENSITIVE,
        "shift": PERSONAL,
        "started_on": PERSONAL,
        "ended_on": PERSONAL,
    }

    class Reason(models.TextChoices):
        WORK = "work", pgettext_lazy("away", "Work")
        OTHER = "other", pgettext_lazy("away", "Another reason")
        NOT_COLLECTED = "not_collected", _("Not collected")

    class Shift(models.TextChoices):
        DAY = "day", pgettext_lazy("shift", "Day shift")
        EVENING = "evening", pgettext_lazy("shift", "Evening or night shift")
        ROTATING = "rotating", pgettext_lazy("shift", "Rotating shifts")
        NOT_COLLECTED = "not_collected", _("Not collected")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="episodes")
    place = models.CharField(_("province and city"), max_length=40, blank=True)
    reason = models.CharField(
        _("reason"), max_length=13, choices=Reason.choices, default=Reason.NOT_COLLECTED
    )
    shift = models.CharField(_("shifts"), max_length=13, choices=Shift.choices, default=Shift.NOT_COLLECTED)
    started_on = models.DateField(_("away since"))
    ended_on = models.DateField(_("last day away"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            _in_order("students_episode_order"),
            _never_two_at_once("students_episode_no_overlap", "person_id"),
        ]
        ordering = ["-started_on"]

    def __str__(self) -> str:
        return f"absence {self.pk} of {self.person_id}"


class ReachableWindow(PublicIdModel):
    """When a person can be called: each week on a weekday from a time to a time, from a day to a day.

    Local time of the school. `weekday` as date.isoweekday(): 1 is Monday.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "person": PERSONAL,
        "weekday": PERSONAL,
        "starts_at": PERSONAL,
        "ends_at": PERSONAL,
        "started_on": PERSONAL,
        "ended_on": PERSONAL,
    }

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="windows")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts_at = models.TimeField(pgettext_lazy("window", "from"))
    ends_at = models.TimeField(pgettext_lazy("window", "until"))
    started_on = models.DateField(_("first day"))
    ended_on = models.DateField(_("last day"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="students_window_weekday", condition=Q(weekday__gte=1, weekday__lte=7)
            ),
            models.CheckConstraint(name="students_window_times", condition=Q(ends_at__gt=F("starts_at"))),
            _in_order("students_window_order"),
        ]
        indexes = [models.Index(fields=["person", "weekday"], name="students_window_person")]
        ordering = ["weekday", "starts_at", "id"]

    def __str__(self) -> str:
        return f"window {self.pk} of {self.person_id}"


class GuardianCapacity(models.Model):
    """Whether a person is able to be a guardian (监护能力), as assessed on a day; the newest one holds.

    Notes of the 2016 form: an adult at home lost it by serious illness, severe disability and the like.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "person": PERSONAL,
        "has_capacity": SENSITIVE,
        "assessed_on": SENSITIVE,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="capacities")
    has_capacity = models.CharField(
        _("able to be a guardian"), max_length=13, choices=GuardianLink.Answer.choices
    )
    assessed_on = models.DateField(_("assessed on"))

    class Meta:
        verbose_name_plural = "guardian capacities"
        constraints = [
            models.UniqueConstraint(fields=["person", "assessed_on"], name="students_capacity_once_a_day"),
        ]
        ordering = ["-assessed_on"]

    def __str__(self) -> str:
        return f"capacity of {self.person_id} on {self.assessed_on}"


class CareArrangement(PublicIdModel):
    """Who looks after a pupil in the parents' place (委托照护), from a day to a day; one at a time.

    Without `carer`, nobody does (无委托照料人). Parents tell the school in writing whom they asked: Minors
    Protection Law art. 23. `assessment` is the official three-step one (监护情况评估, domain.md §1.2).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "carer": PERSONAL,
        "reason": SENSITIVE,
        "started_on": PERSONAL,
        "ended_on": PERSONAL,
        "notice_received_on": PERSONAL,
        "assessment": SENSITIVE,
        "assessed_on": SENSITIVE,
    }

    class Reason(models.TextChoices):
        BOTH_AWAY = "both_away", _("Both parents are away")
        ONE_AWAY = "one_away", _("One parent is away, the other isn't able to be a guardian")
        NO_CAPACITY = "no_capacity", _("Neither parent is able to be a guardian")
        NOT_COLLECTED = "not_collected", _("Not collected")

    class Assessment(models.TextChoices):
        GOOD = "good", pgettext_lazy("care", "Good")
        FAIR = "fair", pgettext_lazy("care", "Fair")
        POOR = "poor", pgettext_lazy("care", "Poor")
        NOT_COLLECTED = "not_collected", _("Not collected")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="care_arrangements")
    carer = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="cares")
    reason = models.CharField(
        _("official reason"), max_length=13, choices=Reason.choices, default=Reason.NOT_COLLECTED
    )
    started_on = models.DateField(_("first day"))
    ended_on = models.DateField(_("last day"), null=True, blank=True)
    notice_received_on = models.DateField(_("written notice received on"), null=True, blank=True)
    assessment = models.CharField(
        _("how the care is"), max_length=13, choices=Assessment.choices, default=Assessment.NOT_COLLECTED
    )
    assessed_on = models.DateField(_("assessed on"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            _in_order("students_care_order"),
            _never_two_at_once("students_care_no_overlap", "student_id"),
            models.CheckConstraint(
                name="students_care_assessed",
                condition=Q(assessment="not_collected", assessed_on=None)
                | (~Q(assessment="not_collected") & Q(assessed_on__isnull=False)),
            ),
        ]
        ordering = ["-started_on"]

    def __str__(self) -> str:
        return f"care {self.pk} of {self.student_id}"
