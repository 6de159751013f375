"""Places and who works there: areas, schools, classes, the school calendar, memberships."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.roles import NEEDS_TWO_PEOPLE, ROLES, Role
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label

_GRADES_ZH = "一二三四五六七八九"


class Area(models.Model):
    """An administrative area by its GB/T 2260 code; township codes have nine digits (GB/T 10114).

    `path` holds the codes from the province down ("52/5299/529901/529901100"), so that
    "everything below" is one indexed prefix.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "code", "name", "level", "parent", "path"], PUBLIC
    )

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        PREFECTURE = "prefecture", _("Prefecture")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")

    code = models.CharField(
        max_length=9, unique=True, validators=[RegexValidator(r"^\d{6}(\d{3})?$", _("Six or nine digits."))]
    )
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schools_area_parent",
                condition=Q(level="province", parent=None) | (~Q(level="province") & Q(parent__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["path"], name="schools_area_path", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class School(PublicIdModel):
    """A school by its ten-digit national identification code (学校标识码)."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "code", "name", "area", "is_open"], PUBLIC
    )

    code = models.CharField(
        max_length=10, unique=True, validators=[RegexValidator(r"^\d{10}$", _("Ten digits."))]
    )
    name = models.CharField(max_length=100)
    area = models.ForeignKey(Area, models.PROTECT, related_name="schools")
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SchoolYear(models.Model):
    """A school year; it begins on 1 September by custom, but the dates are the school's."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "school", "starts_on", "ends_on"], PUBLIC)

    school = models.ForeignKey(School, models.PROTECT, related_name="years")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="schools_year_order", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(fields=["school", "starts_on"], name="schools_year_once"),
        ]
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return f"{self.starts_on.year}–{self.ends_on.year}"


class Term(models.Model):
    """A term within a school year."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "year", "number", "starts_on", "ends_on"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="terms")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(3)])
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="schools_term_order", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(fields=["year", "number"], name="schools_term_once"),
        ]
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return _now("Term %(number)d of %(year)s") % {"number": self.number, "year": self.year}


class SchoolDay(models.Model):
    """A day that differs from the weekly pattern: a holiday, or a make-up day (调休上课)."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "school", "on", "kind", "name"], PUBLIC)

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        MAKE_UP = "make_up", _("Make-up day")

    school = models.ForeignKey(School, models.PROTECT, related_name="days")
    on = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "on"], name="schools_day_once")]
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class SchoolClass(PublicIdModel):
    """A class of one school year: grade and number, 一年级(2)班 or 七年级(3)班.

    A new year makes a new row, so that "who taught this child then" stays answerable.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "school", "year", "grade", "number"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="classes")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="classes")
    grade = models.PositiveSmallIntegerField(
        _("grade"), validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    number = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(1), MaxValueValidator(99)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "grade", "number"], name="schools_class_once"),
            models.CheckConstraint(name="schools_class_grade", condition=Q(grade__gte=1, grade__lte=9)),
        ]
        ordering = ["grade", "number"]
        verbose_name_plural = "school classes"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As schools write it: 三年级(2)班; "Grade 3 (2)" in English."""
        chinese = (get_language() or "").startswith("zh")
        grade = _GRADES_ZH[self.grade - 1] if chinese else str(self.grade)
        return _now("Grade %(grade)s (%(number)s)") % {"grade": grade, "number": self.number}


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, on: date) -> MembershipQuerySet:
        """Memberships in force on a day; the last day counts."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=on), started_on__lte=on)


class Membership(models.Model):
    """This person holds this role here, from a day to a day. Exactly one of area, school, class.

    It lives in `schools` and not in `accounts`, since it is a fact about the school: so the floors
    stay clean (accounts knows no school).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "user": PERSONAL,
        "role": PUBLIC,
        "area": PUBLIC,
        "school": PUBLIC,
        "school_class": PUBLIC,
        "started_on": PUBLIC,
        "ended_on": PUBLIC,
        "stands_in_for": PERSONAL,
    }

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=[(r.value, s.label) for r, s in ROLES.items()])
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="memberships")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="memberships")
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    stands_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schools_membership_one_scope",
                condition=(
                    Q(area__isnull=False, school=None, school_class=None)
                    | Q(area=None, school__isnull=False, school_class=None)
                    | Q(area=None, school=None, school_class__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="schools_membership_scope_of_role",
                condition=(
                    Q(role=Role.DISTRICT_OFFICIAL, area__isnull=False)
                    | Q(role=Role.HOMEROOM_TEACHER, school_class__isnull=False)
                    | (~Q(role__in=[Role.DISTRICT_OFFICIAL, Role.HOMEROOM_TEACHER]) & Q(school__isnull=False))
                ),
            ),
            # A role taken back on its first day never was in force: its last day is the day before.
            models.CheckConstraint(
                name="schools_membership_order",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on") - timedelta(days=1)),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "area", "school", "school_class"],
                name="schools_membership_once",
                condition=Q(ended_on=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="schools_membership_stand_in",
                condition=Q(stands_in_for=None)
                | (
                    Q(ended_on__isnull=False, role__in=[Role.HOMEROOM_TEACHER, Role.PAIRED_TEACHER])
                    & ~Q(stands_in_for=F("user"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @property
    def role_label(self) -> str:
        return str(ROLES[Role(self.role)].label)


class Invitation(PublicIdModel):
    """An offer to join with one role; only the hash of its token is kept, and it works once.

    `area` is set for district officials alone. `invited_by` is empty for the very first people of
    a new system, whom `manage.py invite` asks in. Some roles take a second person, who confirms
    (`accounts.roles.NEEDS_TWO_PEOPLE`): until then no link exists.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "area": PUBLIC,
        "school": PUBLIC,
        "school_class": PUBLIC,
        "role": PUBLIC,
        "name": PERSONAL,
        "email": PERSONAL,
        "phone": PERSONAL,
        "token_hash": PERSONAL,
        "invited_by": PERSONAL,
        "invited_at": PUBLIC,
        "expires_at": PUBLIC,
        "accepted_at": PUBLIC,
        "withdrawn_at": PUBLIC,
        "confirmed_by": PERSONAL,
        "confirmed_at": PUBLIC,
    }

    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="invitations")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="invitations")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=[(r.value, s.label) for r, s in ROLES.items()])
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schools_invitation_one_place",
                condition=Q(area__isnull=False, school=None, school_class=None, role=Role.DISTRICT_OFFICIAL)
                | (Q(area=None, school__isnull=False) & ~Q(role=Role.DISTRICT_OFFICIAL)),
            ),
            models.CheckConstraint(
                name="schools_invitation_one_end", condition=Q(accepted_at=None) | Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="schools_invitation_second_person",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & (Q(invited_by=None) | ~Q(confirmed_by=F("invited_by")))
                ),
            ),
            # A role by which one reads of every child, or gives roles, takes two people (accounts.roles).
            models.CheckConstraint(
                name="schools_invitation_taken_up_by_two",
                condition=Q(accepted_at=None)
                | Q(invited_by=None)
                | Q(confirmed_at__isnull=False)
                | ~Q(role__in=NEEDS_TWO_PEOPLE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.school_id}"

    @property
    def role_label(self) -> str:
        return str(ROLES[Role(self.role)].label)

    @property
    def waits_for_a_second_person(self) -> bool:
        return self.role in NEEDS_TWO_PEOPLE and self.invited_by_id is not None and self.confirmed_at is None


class Int8Range(Func):
    """A range of one number: lets GiST compare ids without the btree_gist extension."""

    function = "int8range"


class TimeRange(Func):
    function = "tstzrange"


class DutyQuerySet(models.QuerySet["Duty"]):
    def in_force(self, now: datetime) -> DutyQuerySet:
        """Duties under way; the moment at which one ends is no longer in it."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Duty(PublicIdModel):
    """Somebody looks after the boarders from a moment to a moment; meanwhile they see what a warden sees.

    It opens nothing to anybody who holds no role at the school (schools.access).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "user": PERSONAL,
        "kind": PUBLIC,
        "starts_at": PUBLIC,
        "ends_at": PUBLIC,
        "planned_by": PERSONAL,
    }

    class Kind(models.TextChoices):
        NIGHT = "night", pgettext_lazy("duty", "Night duty")
        DAY = "day", pgettext_lazy("duty", "Day duty")

    school = models.ForeignKey(School, models.PROTECT, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="duties")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="schools_duty_kind", condition=Q(kind__in=["night", "day"])),
            models.CheckConstraint(
                name="schools_duty_length",
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + timedelta(hours=24)),
            ),
            models.CheckConstraint(name="schools_duty_not_for_oneself", condition=~Q(planned_by=F("user"))),
            ExclusionConstraint(
                name="schools_duty_no_overlap",
                expressions=[
                    (Int8Range(F("school_id"), F("school_id"), Value("[]")), RangeOperators.OVERLAPS),
                    (Int8Range(F("user_id"), F("user_id"), Value("[]")), RangeOperators.OVERLAPS),
                    (TimeRange(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ends_at"], name="schools_duty_user"),
            models.Index(fields=["school", "starts_at"], name="schools_duty_school"),
        ]
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return f"{self.kind} duty of {self.user_id}"
