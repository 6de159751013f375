"""What a row of the access matrix says, and the sets of roles it is said with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from accounts.roles import Role

TEACHING = {
    Role.HOMEROOM_TEACHER,
    Role.PAIRED_TEACHER,
    Role.COUNSELLOR,
    Role.SAFEGUARDING_LEAD,
    Role.HEAD_TEACHER,
}
LOGGING = TEACHING | {Role.WARDEN}
SCHOOL = LOGGING | {Role.SCHOOL_ADMIN}
EVERYBODY = set(Role)
OVERSEEING = {Role.SAFEGUARDING_LEAD, Role.SCHOOL_ADMIN, Role.HEAD_TEACHER}
EXPORTING = {Role.SCHOOL_ADMIN, Role.HOMEROOM_TEACHER}
AUDITING = {Role.SAFEGUARDING_LEAD, Role.HEAD_TEACHER}
INVITING = {Role.SCHOOL_ADMIN, Role.HEAD_TEACHER}
JUDGING = {Role.SAFEGUARDING_LEAD, Role.COUNSELLOR, Role.HEAD_TEACHER}
READING_RESTRICTED = frozenset({Role.COUNSELLOR, Role.SAFEGUARDING_LEAD})


class Scope(Enum):
    PUBLIC = auto()  # anybody, signed in or not
    SIGNED_IN = auto()  # every signed-in person, about themselves
    MINE = auto()  # a right held anywhere: lists of one's own
    OBJECT = auto()  # a right over the object in the URL


class Again(Enum):
    """When a row asks for the second factor again."""

    NEVER = auto()
    ALWAYS = auto()
    CLOSED = auto()  # when the entry is a closed one: restricted, sealed, a working note


# Arguments that name a pupil, or what hangs on one.
ENTRY = {"session", "follow_up"}
PUPIL = {"student", "concern", "emergency", "leave", "call", "home_task"} | ENTRY


@dataclass(frozen=True)
class Row:
    """`args` name things of the world in world_objects.py; `data` is a form that gets through or 422."""

    name: str
    method: str
    scope: Scope
    allow: set[Role] = field(default_factory=set)
    refuse: set[Role] = field(default_factory=set)
    args: tuple[str, ...] = ()
    data: dict[str, object] = field(default_factory=dict)
    json: bool = False
    ties: bool = True
    again: Again = Again.NEVER
    restricted: frozenset[Role] | None = None
    before_factor: bool = False


def pages(name: str, scope: Scope, *methods: str, **rest: object) -> list[Row]:
    return [Row(name, method, scope, **rest) for method in methods]  # type: ignore[arg-type]
