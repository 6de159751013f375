"""Roles as code: each names its rights and carries the sentence a head teacher signs.

A role is held through schools.Membership at exactly one scope. `OWN_PUPILS` roles reach the pupils of
their class or pairing; `WHOLE_SCHOOL` roles every pupil of the school; `AREA` roles no pupil at all.
Source of the split: reference/domain.md §8.3 (need-to-know), PIPL art. 6 (smallest scope).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Perm


class Role(StrEnum):
    HOMEROOM_TEACHER = "homeroom_teacher"
    PAIRED_TEACHER = "paired_teacher"
    COUNSELLOR = "counsellor"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    WARDEN = "warden"
    SCHOOL_ADMIN = "school_admin"
    HEAD_TEACHER = "head_teacher"
    DISTRICT_OFFICIAL = "district_official"


class Reach(StrEnum):
    CLASS = "class"  # the pupils enrolled in the class of the membership
    PAIRING = "pairing"  # the pupils paired with this teacher
    SCHOOL = "school"  # every pupil of the school
    BOARDERS = "boarders"  # the boarders of the school
    NONE = "none"  # no pupil


@dataclass(frozen=True)
class RoleSpec:
    label: Promise | str
    sentence: Promise | str
    reach: Reach
    scope: str  # the field of Membership that must be set: "area", "school" or "school_class"
    rights: frozenset[Perm]


_TEACHING = frozenset(
    {
        Perm.SCHOOL_VIEW,
        Perm.STUDENT_FIND,
        Perm.STUDENT_VIEW,
        Perm.STUDENT_CONTACT,
        Perm.TALK_LOG,
        Perm.TALK_READ,
        Perm.TALK_KNOW_RESTRICTED,
    }
)

ROLES: dict[Role, RoleSpec] = {
    Role.HOMEROOM_TEACHER: RoleSpec(
        _("Homeroom teacher"),
        _("Sees the pupils of their own class and the school-wide entries about them, and logs talks."),
        Reach.CLASS,
        "school_class",
        _TEACHING,
    ),
    Role.PAIRED_TEACHER: RoleSpec(
        _("Paired teacher"),
        _("Sees the pupils paired with them and the school-wide entries about them, and logs talks."),
        Reach.PAIRING,
        "school",
        _TEACHING,
    ),
    Role.COUNSELLOR: RoleSpec(
        _("Counsellor"),
        _("Sees every pupil of the school, reads restricted entries, and logs talks."),
        Reach.SCHOOL,
        "school",
        _TEACHING | {Perm.TALK_READ_RESTRICTED},
    ),
    Role.SAFEGUARDING_LEAD: RoleSpec(
        _("Safeguarding lead"),
        _("Sees every pupil of the school, reads restricted entries, and chooses the school's topics."),
        Reach.SCHOOL,
        "school",
        _TEACHING | {Perm.TALK_READ_RESTRICTED, Perm.TOPIC_MANAGE, Perm.REMINDER_OVERSEE},
    ),
    Role.WARDEN: RoleSpec(
        _("Warden"),
        _("Sees the boarders and how to reach their families, and logs talks; doesn't read earlier entries."),
        Reach.BOARDERS,
        "school",
        frozenset(
            {
                Perm.SCHOOL_VIEW,
                Perm.STUDENT_FIND,
                Perm.STUDENT_VIEW,
                Perm.STUDENT_CONTACT,
                Perm.TALK_LOG,
            }
        ),
    ),
    Role.SCHOOL_ADMIN: RoleSpec(
        _("School administrator"),
        _("Keeps the roster, classes, terms and people of the school; reads no entry about a child."),
        Reach.SCHOOL,
        "school",
        frozenset(
            {
                Perm.SCHOOL_VIEW,
                Perm.SCHOOL_MANAGE,
                Perm.MEMBER_INVITE,
                Perm.STUDENT_FIND,
                Perm.STUDENT_VIEW,
                Perm.STUDENT_CONTACT,
                Perm.STUDENT_IDENTITY,
                Perm.STUDENT_EDIT,
                Perm.ROSTER_IMPORT,
                Perm.REMINDER_OVERSEE,
            }
        ),
    ),
    Role.HEAD_TEACHER: RoleSpec(
        _("Head teacher"),
        _(
            "Sees every pupil and the school-wide entries, and invites people; "
            "restricted entries stay closed."
        ),
        Reach.SCHOOL,
        "school",
        _TEACHING | {Perm.MEMBER_INVITE, Perm.REMINDER_OVERSEE},
    ),
    Role.DISTRICT_OFFICIAL: RoleSpec(
        _("District official"),
        _("Sees counts by school in their area, never a child's name."),
        Reach.NONE,
        "area",
        frozenset({Perm.SCHOOL_VIEW, Perm.DISTRICT_VIEW}),
    ),
}


def roles_with(perm: Perm) -> list[str]:
    """The values of the roles that hold a right, for queries."""
    return [role.value for role, spec in ROLES.items() if perm in spec.rights]
