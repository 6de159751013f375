"""A canary in every text about a person, by what it is; and who may meet it in an answer.

A canary says which school it is of and what it stands in: KnAphomeQz is the home (`home`) of the asked pupil (`p`) of
school A. A personal or sensitive text field that is neither in SOWN nor in NOT_WORDS fails the build.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from accounts.roles import ROLES, Reach, Role
from tests.architecture.access_rows import (
    AUDITING,
    EVERYBODY,
    INVITING,
    JUDGING,
    LOGGING,
    OVERSEEING,
    READING_RESTRICTED,
    SCHOOL,
    TEACHING,
)

FOUND = re.compile(rb"Kn([AB])([a-z]+?)Qz", re.IGNORECASE)
ASKED, OTHER = "p", "o"  # the pupil of the homeroom teacher's class, the pairing, the dormitory; and another

# What stands about a pupil → the roles that may meet it, if they reach the pupil at all.
OF_PUPIL: dict[str, set[Role]] = {
    "name": set(SCHOOL),
    "contact": set(SCHOOL),
    "home": TEACHING | {Role.SCHOOL_ADMIN},
    "identity": {Role.SCHOOL_ADMIN},
    "ethnicity": set(),
    "words": set(TEACHING),
    "restricted": set(READING_RESTRICTED),
    "sealed": set(),
    "process": {Role.COUNSELLOR},
    "draft": set(),
    "concern": {Role.SAFEGUARDING_LEAD},
    "accused": set(),  # of a concern about the colleague who asks, each of the cast
    "emergency": set(JUDGING),
}
OF_SCHOOL: dict[str, set[Role]] = {
    "school": set(EVERYBODY),
    "invited": INVITING | {Role.SAFEGUARDING_LEAD},
    "roster": {Role.SCHOOL_ADMIN},
    "filename": AUDITING | {Role.SCHOOL_ADMIN},  # the trail keeps it: it is no child's
    "rosterfile": set(),
    "export": {Role.SCHOOL_ADMIN},  # who asked for it
    "reminder": set(OVERSEEING),
    "concerndraft": set(),
    "why": {Role.SAFEGUARDING_LEAD, Role.SCHOOL_ADMIN},  # of a rule for the houses
    "return": set(),  # exact counts, and who wanted them: whoever drew it up, and nobody of the cast did
}
# Of a colleague; the letters after it are the colleague's own. Names of colleagues are known within a school.
OF_COLLEAGUE: dict[str, set[Role]] = {
    "staff": LOGGING | SCHOOL,
    "mail": set(INVITING),
    "phone": set(INVITING),
}
# What the policies of the database forbid by themselves even within the school.
CLOSED = {
    *("restricted", "sealed", "process", "draft", "concern", "accused", "concerndraft", "export", "why"),
    "return",
}

SOWN = {
    "core.AuditEvent.actor_name": "staff",
    "core.RowChange.changed": "filename",
    "core.Export.content": "export",
    "accounts.User.username": "staff",
    "accounts.User.name": "staff",
    "accounts.User.phone": "phone",
    "accounts.User.email": "mail",
    "schools.Invitation.name": "invited",
    "schools.Invitation.email": "invited",
    "schools.Invitation.phone": "invited",
    "reminders.Reminder.from_name": "reminder",
    "reminders.Reminder.url_path": "reminder",
    "reminders.Outsider.phone": "contact",
    "reminders.Outsider.email": "contact",
    **{f"students.Student.{name}": "name" for name in ("name", "former_name", "pinyin", "school_number")},
    "students.Student.national_number": "identity",
    "students.Student.identity_number": "identity",
    "students.Student.ethnicity": "ethnicity",
    "students.Student.phone": "contact",
    "students.Student.address": "home",
    "students.Person.name": "contact",
    "students.Person.phone": "contact",
    "students.Person.email": "contact",
    "students.Person.address": "home",
    "students.Person.employer": "home",
    "students.PhoneNumber.number": "contact",
    "students.PhoneNumber.label": "contact",
    "students.MigrationEpisode.place": "home",
    "students.FinderKey.key": "name",
    "students.EmergencyAccess.reason": "emergency",
    "students.EmergencyAccess.note": "emergency",
    "students.RosterImport.file_name": "filename",
    "students.RosterImport.content": "rosterfile",
    "students.RosterImport.table": "roster",
    "students.RosterImport.error": "filename",
    **{f"students.RosterRow.{name}": "roster" for name in ("name", "pupil", "issues", "changes")},
    **{
        f"counselling.SessionText.{name}": "words"
        for name in ("line", "facts", "child_words", "action", "reason")
    },
    "dashboards.StatutoryReturn.reference": "return",
    "dashboards.StatutoryReturn.content": "return",
    "dormitories.RuleReason.text": "why",
    "dormitories.Leave.collector_words": "contact",
    "dormitories.Leave.refusal": "name",
    "dormitories.RollMark.note": "name",
    "counselling.SessionText.sealed": "sealed",
    "counselling.FollowUp.note": "words",
    "counselling.FollowUp.sealed": "sealed",
    "counselling.Draft.sealed": "draft",
    "counselling.ConcernText.sealed": "concern",
    "counselling.ConcernDraft.sealed": "concerndraft",
}
NOT_WORDS = {
    "core.AuditEvent.target_id": "an id",
    "core.AuditEvent.subject_id": "an id",
    "core.AuditEvent.details": "ids, codes and counts; tests/security looks for canaries in it",
    "calls.LeftOut.params": "counts",
    "dormitories.AllocationPlan.conflicts": "ids, codes and counts",
    "dormitories.PlannedPlace.reason": "a code",
    "accounts.User.password": "a hash",
    "accounts.SheetCode.code_hash": "a hash",
    "accounts.KnownBrowser.token_hash": "a hash",
    "accounts.BrowserSession.session_key": "random",
    "accounts.BrowserSession.session_data": "tests/security looks for canaries in it",
    "accounts.BrowserSession.kind": "the kind of a browser",
    "accounts.BrowserSession.place": "an address of the network",
    "schools.Invitation.token_hash": "a hash",
    "reminders.Reminder.about": "an id",
    "reminders.Reminder.dedupe_key": "ids",
    "reminders.Outsider.reference": "an id",
    "reminders.Link.about": "an id",
    "reminders.Link.token_hash": "a hash",
    "reminders.Link.answer": "a code",
}


# What was sown in this process: among a million random letters of tokens and nonces some look like a canary.
_sown: set[tuple[str, str]] = set()


def canary(tag: str, kind: str) -> str:
    _sown.add((tag, kind))
    return f"Kn{tag}{kind}Qz"


def found_in(content: bytes) -> set[tuple[str, str]]:
    """(school, kind) of each canary in an answer."""
    return _sown & {(tag.decode().upper(), kind.decode().lower()) for tag, kind in FOUND.findall(content)}


@dataclass(frozen=True)
class Viewer:
    """Whoever asks, as far as canaries go."""

    tag: str
    role: Role
    letters: str
    reaches: frozenset[str] = field(default_factory=frozenset)


def reach_of(role: Role) -> frozenset[str]:
    reach = ROLES[role].reach
    if reach is Reach.NONE:
        return frozenset()
    return frozenset({ASKED, OTHER}) if reach is Reach.SCHOOL else frozenset({ASKED})


def is_own(viewer: Viewer, kind: str) -> bool:
    return any(kind == what + viewer.letters for what in OF_COLLEAGUE)


def may_meet(viewer: Viewer, tag: str, kind: str) -> bool:
    """By the roles of the table, both locks or one of them closed."""
    if tag != viewer.tag:
        return False
    if kind in OF_SCHOOL:
        return viewer.role in OF_SCHOOL[kind]
    for what, roles in OF_COLLEAGUE.items():
        if kind.startswith(what):
            return viewer.role in roles or is_own(viewer, kind)
    return kind[0] in viewer.reaches and viewer.role in OF_PUPIL[kind[1:]]


def database_forbids(viewer: Viewer, tag: str, kind: str) -> bool:
    """What row security alone must keep back from somebody who works in the school of their tag."""
    if tag != viewer.tag:
        return True
    closed = kind if kind in OF_SCHOOL else kind[1:]
    return closed in CLOSED and not may_meet_closed(viewer, kind, closed)


def may_meet_closed(viewer: Viewer, kind: str, closed: str) -> bool:
    """The policies know roles and schools, not classes: who reads such entries reads them of every pupil."""
    roles = OF_SCHOOL[kind] if kind in OF_SCHOOL else OF_PUPIL[closed]
    return viewer.role in roles


def to_meet() -> set[str]:
    """Canaries that somebody of the cast may meet: a walk that meets none of a kind doesn't reach it.

    Of the other pupil, only what the pages say by themselves.
    """
    found = {ASKED + kind for kind, roles in OF_PUPIL.items() if roles}
    found |= {OTHER + kind for kind in ("name", "contact", "home", "words", "concern", "emergency")}
    return found | {kind for kind, roles in OF_SCHOOL.items() if roles}
