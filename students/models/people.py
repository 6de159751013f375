"""A pupil, the adults around them, and the link between the two."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import BlindIndex, EncryptedTextField, SearchableTextField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import School


class StudentQuerySet(models.QuerySet["Student"]):
    def enrolled(self, on: date) -> StudentQuerySet:
        """Pupils with an enrolment in force on a day; the last day counts."""
        from students.models.enrolment import Enrolment

        return self.filter(Exists(Enrolment.objects.filter(student=OuterRef("pk")).active(on)))

    def boarding(self) -> StudentQuerySet:
        return self.filter(boarding=Student.Boarding.BOARDER)


class Student(PublicIdModel):
    """A pupil's record in the school that keeps it now; a transfer moves it explicitly.

    Identity number and national number are optional: some children have no hukou (domain.md §6.2). They and
    the telephone number are encrypted in the column and found whole only, by a blind index.
    Numbers are unique per school, not over the country, so that a duplicate error never
    tells that a pupil exists somewhere else.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "name": PERSONAL,
        "former_name": PERSONAL,
        "pinyin": PERSONAL,
        "sex": PERSONAL,
        "born_on": PERSONAL,
        "national_number": SENSITIVE,
        "identity_number": SENSITIVE,
        "school_number": PERSONAL,
        "ethnicity": SENSITIVE,
        "health": SENSITIVE,
        "boarding": PERSONAL,
        "hukou": SENSITIVE,
        "phone": PERSONAL,
        "address": PERSONAL,
        "created_at": PUBLIC,
        "changed_at": PUBLIC,
    }

    class Sex(models.TextChoices):
        MALE = "male", _("Male")
        FEMALE = "female", _("Female")

    class Boarding(models.TextChoices):
        BOARDER = "boarder", _("Boarder")
        DAY = "day", _("Day pupil")
        NOT_COLLECTED = "not_collected", _("Not collected")

    class Hukou(models.TextChoices):
        """户籍性质, as the civil-affairs summary table counts it (domain.md §1.3)."""

        RURAL = "rural", pgettext_lazy("hukou", "Rural")
        URBAN = "urban", pgettext_lazy("hukou", "Urban")
        OTHER = "other", pgettext_lazy("hukou", "Other")
        NOT_COLLECTED = "not_collected", _("Not collected")

    class Health(models.TextChoices):
        HEALTHY = "healthy", pgettext_lazy("health", "Healthy")
        FAIR = "fair", pgettext_lazy("health", "Fair or weak")
        CHRONIC = "chronic", pgettext_lazy("health", "Chronic illness")
        DISABLED = "disabled", pgettext_lazy("health", "Disability")
        SERIOUS = "serious", pgettext_lazy("health", "Serious illness")
        OTHER = "other", pgettext_lazy("health", "Other")
        NOT_COLLECTED = "not_collected", _("Not collected")

    school = models.ForeignKey(School, models.PROTECT, related_name="students")
    name = models.CharField(_("name"), max_length=80)
    former_name = models.CharField(_("former name"), max_length=80, blank=True)
    pinyin = models.CharField(max_length=200, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices)
    born_on = models.DateField(_("date of birth"))
    national_number = SearchableTextField(_("national school number"), max_length=19, blank=True)
    identity_number = SearchableTextField(_("identity number"), max_length=18, blank=True)
    school_number = models.CharField(_("school number"), max_length=30, blank=True)
    ethnicity = models.CharField(_("ethnicity"), max_length=30, blank=True)
    health = models.CharField(
        _("health"), max_length=13, choices=Health.choices, default=Health.NOT_COLLECTED
    )
    boarding = models.CharField(
        _("boarding"), max_length=13, choices=Boarding.choices, default=Boarding.NOT_COLLECTED
    )
    hukou = models.CharField(
        _("household registration"),
        max_length=13,
        choices=Hukou.choices,
        default=Hukou.NOT_COLLECTED,
        db_default=Hukou.NOT_COLLECTED,
    )
    phone = SearchableTextField(_("telephone"), max_length=20, blank=True)
    address = models.CharField(_("home address"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "school",
                BlindIndex("national_number"),
                name="students_national_number",
                condition=Q(national_number__isnull=False),
            ),
            models.UniqueConstraint(
                "school",
                BlindIndex("identity_number"),
                name="students_identity_number",
                condition=Q(identity_number__isnull=False),
            ),
            models.CheckConstraint(name="students_name_given", condition=~Q(name="")),
        ]
        indexes = [models.Index(fields=["school", "name", "id"], name="students_by_name")]

    def __str__(self) -> str:
        return self.name


class Person(PublicIdModel):
    """An adult around one or several pupils, shared by siblings: a parent, a grandparent, a carer.

    `phone` is the number that the roster or the record gives: imports recognise people by it. The numbers
    that are called, with what is known of each, are PhoneNumber rows; whoever writes `phone` adds one there
    (services.phones), and a number ended there stays ended however often the roster repeats it. `email` is
    where messages go that can't go to a mobile number.

    `absences_known_from` is the day from which the episodes of being away are complete: on a day since then
    without an episode the person was at home, before it nobody asked (未采集).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "name": PERSONAL,
        "phone": PERSONAL,
        "email": PERSONAL,
        "address": PERSONAL,
        "employer": PERSONAL,
        "absences_known_from": SENSITIVE,
        "is_dead": SENSITIVE,
        "died_on": SENSITIVE,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="people")
    name = models.CharField(_("name"), max_length=80)
    phone = SearchableTextField(_("telephone"), max_length=20, blank=True)
    email = EncryptedTextField(_("e-mail"), max_length=254, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    employer = models.CharField(_("work"), max_length=100, blank=True)
    absences_known_from = models.DateField(_("known since"), null=True, blank=True)
    is_dead = models.BooleanField(_("has died"), default=False, db_default=False)
    died_on = models.DateField(_("died on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="students_person_died", condition=Q(died_on=None) | Q(is_dead=True)),
        ]
        indexes = [
            models.Index(fields=["school", "name"], name="students_person_name"),
            models.Index("school", BlindIndex("phone"), name="students_person_phone"),
        ]

    def __str__(self) -> str:
        return self.name


class GuardianLink(models.Model):
    """How an adult is related to a pupil. Priority 1 is called first; whoever is barred, never.

    `contact_barred`: a court or the police forbids contact, or the adult is a danger (Minors Protection Law
    art. 22); their numbers are offered for no call (selectors.phones). Only `may_collect` = yes opens the
    gate: "not collected" is no yes.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "person": PERSONAL,
        "relation": PERSONAL,
        "is_guardian": PERSONAL,
        "is_delegated_carer": PERSONAL,
        "lives_with": PERSONAL,
        "may_collect": PERSONAL,
        "contact_barred": SENSITIVE,
        "priority": PUBLIC,
    }

    class Answer(models.TextChoices):
        YES = "yes", pgettext_lazy("answer", "Yes")
        NO = "no", pgettext_lazy("answer", "No")
        NOT_COLLECTED = "not_collected", _("Not collected")

    class Relation(models.TextChoices):
        FATHER = "father", _("Father")
        MOTHER = "mother", _("Mother")
        GRANDFATHER = "grandfather", _("Grandfather (father's side)")
        GRANDMOTHER = "grandmother", _("Grandmother (father's side)")
        MATERNAL_GRANDFATHER = "maternal_grandfather", _("Grandfather (mother's side)")
        MATERNAL_GRANDMOTHER = "maternal_grandmother", _("Grandmother (mother's side)")
        SIBLING = "sibling", _("Brother or sister")
        RELATIVE = "relative", _("Another relative")
        OTHER = "other", _("Other")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="guardian_links")
    person = models.ForeignKey(Person, models.PROTECT, related_name="guardian_links")
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices)
    is_guardian = models.BooleanField(_("legal guardian"), default=False)
    is_delegated_carer = models.BooleanField(_("looks after the child"), default=False, db_default=False)
    lives_with = models.CharField(
        _("lives with the child"),
        max_length=13,
        choices=Answer.choices,
        default=Answer.NOT_COLLECTED,
        db_default=Answer.NOT_COLLECTED,
    )
    may_collect = models.CharField(
        _("may collect the child"),
        max_length=13,
        choices=Answer.choices,
        default=Answer.NOT_COLLECTED,
        db_default=Answer.NOT_COLLECTED,
    )
    contact_barred = models.BooleanField(_("no contact"), default=False, db_default=False)
    priority = models.PositiveSmallIntegerField(_("called in this order"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "person"], name="students_guardian_once"),
        ]
        ordering = ["priority", "id"]

    def __str__(self) -> str:
        return f"{self.relation} of {self.student_id}"
