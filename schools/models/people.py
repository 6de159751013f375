"""Who holds which role where, and who is invited to one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import NEEDS_TWO_PEOPLE, OF_AREAS, ROLES, Role
from core.fields import EncryptedTextField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from schools.models.places import Area, School, SchoolClass


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
                    Q(role__in=OF_AREAS, area__isnull=False)
                    | Q(role=Role.HOMEROOM_TEACHER, school_class__isnull=False)
                    | (~Q(role__in=[*OF_AREAS, Role.HOMEROOM_TEACHER]) & Q(school__isnull=False))
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

    `area` is set for roles of an area alone. `invited_by` is empty for the very first people of
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
    phone = EncryptedTextField(_("telephone"), max_length=20, blank=True)
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
                condition=Q(area__isnull=False, school=None, school_class=None, role__in=OF_AREAS)
                | (Q(area=None, school__isnull=False) & ~Q(role__in=OF_AREAS)),
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
