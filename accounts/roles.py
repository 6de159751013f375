"""Roles as code: each names its rights and carries the sentence a head teacher signs.

A role is held through schools.Membership at exactly one scope. `OWN_PUPILS` roles reach the pupils of
their class or pairing; `WHOLE_SCHOOL` roles every pupil of the school; `AREA` roles no pupil at all.
Source of the split: reference/domain.md §8.3 (need-to-know), PIPL art. 6 (smallest scope).

Rights go by depth: that a pupil exists, how to reach the family, who is at home, the state of health, what
was written for the school, what was written under restriction. A warden has the first two and health (what
matters at night), not the home and not the past.
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
    STATISTICS_OFFICER = "statistics_officer"


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
        Perm.STUDENT_HOME,
        Perm.TALK_LOG,
        Perm.TALK_READ,
        Perm.TALK_KNOW_RESTRICTED,
        Perm.CONCERN_REPORT,
        Perm.EMERGENCY_OPEN,
        Perm.DORM_VIEW,
        Perm.CALL_VIEW,
    }
)

ROLES: dict[Role, RoleSpec] = {
    Role.HOMEROOM_TEACHER: RoleSpec(
        _("Homeroom teacher"),
        _(
            "Sees the pupils of their own class, their homes and health, "
            "and the school-wide entries about them, and logs talks."
        ),
        Reach.CLASS,
        "school_class",
        _TEACHING
        | {
            Perm.STUDENT_HEALTH,
            Perm.STUDENT_EXPORT,
            Perm.HOME_EDIT,
            Perm.LEAVE_ASK,
            Perm.LEAVE_APPROVE,
            Perm.CALL_BOARD,
        },
    ),
    Role.PAIRED_TEACHER: RoleSpec(
        _("Paired teacher"),
        _(
            "Sees the pupils paired with them, their homes and the school-wide entries about them, "
            "and logs talks."
        ),
        Reach.PAIRING,
        "school",
        _TEACHING,
    ),
    Role.COUNSELLOR: RoleSpec(
        _("Counsellor"),
        _(
            "Sees every pupil of the school and their health, reads restricted entries and working notes, "
            "and logs talks."
        ),
        Reach.SCHOOL,
        "school",
        _TEACHING | {Perm.STUDENT_HEALTH, Perm.TALK_READ_RESTRICTED, Perm.TALK_READ_PROCESS},
    ),
    Role.SAFEGUARDING_LEAD: RoleSpec(
        _("Safeguarding lead"),
        _(
            "Sees every pupil of the school, reads restricted entries and what colleagues report, "
            "chooses the school's topics, is told of each emergency access and judges it."
        ),
        Reach.SCHOOL,
        "school",
        _TEACHING
        | {
            Perm.STUDENT_HEALTH,
            Perm.TALK_READ_RESTRICTED,
            Perm.FOLLOW_UP_HAND_OVER,
            Perm.TOPIC_MANAGE,
            Perm.CONCERN_READ,
            Perm.REMINDER_OVERSEE,
            Perm.MEMBER_CONFIRM,
            Perm.DUTY_VIEW,
            Perm.EMERGENCY_REVIEW,
            Perm.AUDIT_READ,
            Perm.HOME_EDIT,
            Perm.BED_RULE,
            Perm.BED_WHY,
        },
    ),
    Role.WARDEN: RoleSpec(
        _("Warden"),
        _(
            "Sees the boarders, their health and how to reach their families, and logs talks; "
            "doesn't read earlier entries."
        ),
        Reach.BOARDERS,
        "school",
        frozenset(
            {
                Perm.SCHOOL_VIEW,
                Perm.STUDENT_FIND,
                Perm.STUDENT_VIEW,
                Perm.STUDENT_CONTACT,
                Perm.STUDENT_HEALTH,
                Perm.TALK_LOG,
                Perm.CONCERN_REPORT,
                Perm.EMERGENCY_OPEN,
                Perm.DORM_VIEW,
                Perm.ROLL_TAKE,
                Perm.LEAVE_ASK,
                Perm.LEAVE_APPROVE,
                Perm.LEAVE_GATE,
                Perm.CALL_VIEW,
                Perm.CALL_BOARD,
            }
        ),
    ),
    Role.SCHOOL_ADMIN: RoleSpec(
        _("School administrator"),
        _("Keeps the roster, classes, terms, people and duties of the school; reads no entry about a child."),
        Reach.SCHOOL,
        "school",
        frozenset(
            {
                Perm.SCHOOL_VIEW,
                Perm.SCHOOL_MANAGE,
                Perm.MEMBER_INVITE,
                Perm.MEMBER_CONFIRM,
                Perm.DUTY_VIEW,
                Perm.DUTY_PLAN,
                Perm.STUDENT_FIND,
                Perm.STUDENT_VIEW,
                Perm.STUDENT_CONTACT,
                Perm.STUDENT_HOME,
                Perm.STUDENT_IDENTITY,
                Perm.STUDENT_EDIT,
                Perm.STUDENT_EXPORT,
                Perm.ROSTER_IMPORT,
                Perm.CONCERN_REPORT,
                Perm.REMINDER_OVERSEE,
                Perm.HOME_EDIT,
                Perm.DORM_VIEW,
                Perm.DORM_MANAGE,
                Perm.BED_ALLOCATE,
                Perm.BED_RULE,
                Perm.LEAVE_ASK,
                Perm.LEAVE_GATE,
                Perm.CALL_VIEW,
                Perm.CALL_PLAN,
                Perm.CALL_BOARD,
            }
        ),
    ),
    Role.HEAD_TEACHER: RoleSpec(
        _("Head teacher"),
        _(
            "Sees every pupil, their homes and the school-wide entries, invites people and plans duties; "
            "restricted entries stay closed."
        ),
        Reach.SCHOOL,
        "school",
        _TEACHING
        | {
            Perm.MEMBER_INVITE,
            Perm.MEMBER_CONFIRM,
            Perm.DUTY_VIEW,
            Perm.DUTY_PLAN,
            Perm.REMINDER_OVERSEE,
            Perm.EMERGENCY_REVIEW,
            Perm.AUDIT_READ,
            Perm.BED_ALLOCATE,
            Perm.LEAVE_APPROVE,
        },
    ),
    Role.DISTRICT_OFFICIAL: RoleSpec(
        _("District official"),
        _("Sees counts by school in their area, never a child's name."),
        Reach.NONE,
        "area",
        frozenset({Perm.SCHOOL_VIEW, Perm.DISTRICT_VIEW}),
    ),
    Role.STATISTICS_OFFICER: RoleSpec(
        _("Statistics officer"),
        _(
            "Sees counts by school in their area, releases the published statistics, "
            "and draws up returns with exact counts in their own name; never a child's name."
        ),
        Reach.NONE,
        "area",
        frozenset({Perm.SCHOOL_VIEW, Perm.DISTRICT_VIEW, Perm.STATISTICS_RELEASE, Perm.STATUTORY_RETURN}),
    ),
}


def roles_with(perm: Perm) -> list[str]:
    """The values of the roles that hold a right, for queries."""
    return [role.value for role, spec in ROLES.items() if perm in spec.rights]


# Whoever is on duty sees what a warden sees, for as long; a duty opens no record in an emergency.
DUTY_RIGHTS = ROLES[Role.WARDEN].rights - {Perm.EMERGENCY_OPEN}

# What break-glass opens for its hour: everything there is to know of one pupil, and nothing to write.
EMERGENCY_RIGHTS = frozenset(
    {
        Perm.STUDENT_FIND,
        Perm.STUDENT_VIEW,
        Perm.STUDENT_CONTACT,
        Perm.STUDENT_HOME,
        Perm.STUDENT_HEALTH,
        Perm.TALK_READ,
        Perm.TALK_READ_RESTRICTED,
        Perm.TALK_KNOW_RESTRICTED,
    }
)

# Roles that are held in an area, not at a school.
OF_AREAS = [role.value for role, spec in ROLES.items() if spec.scope == "area"]

# Roles that read of every child, or give roles: nobody alone can give them (schools.services.invitations).
NEEDS_TWO_PEOPLE = [
    Role.COUNSELLOR.value,
    Role.SAFEGUARDING_LEAD.value,
    Role.SCHOOL_ADMIN.value,
    Role.HEAD_TEACHER.value,
]


# These open or govern much: a passkey or an app's code, a printed sheet isn't enough (issue 3, People).
NEED_STRONG_FACTOR = frozenset(
    {
        Role.COUNSELLOR,
        Role.SAFEGUARDING_LEAD,
        Role.SCHOOL_ADMIN,
        Role.HEAD_TEACHER,
        Role.DISTRICT_OFFICIAL,
        Role.STATISTICS_OFFICER,
    }
)

# Whose work a colleague may do for a time: what ends with a class or a pairing, never what reads of all.
STAND_IN_ROLES = [Role.HOMEROOM_TEACHER.value, Role.PAIRED_TEACHER.value]
