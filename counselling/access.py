"""Who may read what was written about a pupil. No superuser path: rights come from memberships alone.

Depths: a school-wide entry needs TALK_READ over the pupil, a restricted one TALK_READ_RESTRICTED, a working
note TALK_READ_PROCESS; a sealed one is for the colleagues it names, as is a restricted one shared with them.
Whoever wrote an entry keeps reading it. Author and named colleagues need to be let onto the pupil's page
still. Break-glass opens restricted entries, and sealed ones once a second person has approved; never working
notes. A withdrawn entry stays readable to its author and to those whose right, not whose name, opens it (a
school-wide one to those who read restricted entries). Only its readers know that a sealed entry or a working
note exists.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from counselling.models import EntryGrant, FollowUp, Session, Topic
from counselling.models.session import SHAREABLE
from schools import access as school_access
from students import access as student_access
from students.models import EmergencyAccess, Student

_Level = Session.Sensitivity
_READ_RIGHT = {
    _Level.SCHOOL: Perm.TALK_READ,
    _Level.RESTRICTED: Perm.TALK_READ_RESTRICTED,
    _Level.PROCESS: Perm.TALK_READ_PROCESS,
}


@dataclass(frozen=True)
class Reading:
    """What a person may read about one pupil, worked out once for a page."""

    user_id: int
    school_wide: bool = False
    restricted: bool = False
    knows_restricted: bool = False
    process: bool = False
    sealed: bool = False  # break-glass, approved by a second person
    granted: frozenset[int] = frozenset()  # entries that name this person as a reader

    def may_read(self, session: Session) -> bool:
        if session.author_id == self.user_id:
            return True
        standing = session.withdrawn_at is None
        if standing and session.pk in self.granted:
            return True
        if session.sensitivity == _Level.SCHOOL:
            return self.restricted or (standing and self.school_wide)
        if session.sensitivity == _Level.RESTRICTED:
            return self.restricted
        if session.sensitivity == _Level.SEALED:
            return standing and self.sealed
        return self.process

    def may_know(self, session: Session) -> bool:
        """Whether the person may know that the entry exists, if only as a grey line."""
        if self.may_read(session):
            return True
        return (
            self.knows_restricted
            and session.sensitivity == _Level.RESTRICTED
            and session.withdrawn_at is None
        )

    def known(self) -> Q:
        """The twin of may_know for lists."""
        known = Q(author_id=self.user_id)
        if self.granted:
            known |= Q(pk__in=self.granted, withdrawn_at=None)
        if self.restricted:
            known |= Q(sensitivity__in=[_Level.SCHOOL, _Level.RESTRICTED])
        if self.process:
            known |= Q(sensitivity=_Level.PROCESS)
        if self.sealed:
            known |= Q(sensitivity=_Level.SEALED, withdrawn_at=None)
        if self.school_wide:
            known |= Q(sensitivity=_Level.SCHOOL, withdrawn_at=None)
        if self.knows_restricted:
            known |= Q(sensitivity=_Level.RESTRICTED, withdrawn_at=None)
        return known


def reading(user: User, student: Student, *, on: date) -> Reading:
    """What this person may read about this pupil on a day."""

    def has(perm: Perm) -> bool:
        return student_access.reason_for(user, student, perm, on=on) is not None

    return Reading(
        user_id=user.pk,
        school_wide=has(Perm.TALK_READ),
        restricted=has(Perm.TALK_READ_RESTRICTED),
        knows_restricted=has(Perm.TALK_KNOW_RESTRICTED),
        process=has(Perm.TALK_READ_PROCESS),
        sealed=student.pk in _unsealed(user, on),
        granted=_granted(user),
    )


def _granted(user: User) -> frozenset[int]:
    """The entries that name this person as a reader now: few, so they are fetched once for a request."""
    kept: frozenset[int] | None = user.__dict__.get("_entry_grants")
    if kept is None:
        standing = EntryGrant.objects.filter(user=user, revoked_at=None)
        kept = user.__dict__["_entry_grants"] = frozenset(standing.values_list("session_id", flat=True))
    return kept


def _unsealed(user: User, on: date) -> frozenset[int]:
    """The pupils whose sealed entries a break-glass in force opens: a second person has approved it."""
    opened = student_access.open_emergencies(user, on=on)
    now = school_access.moment_of(user.seen_at, on)
    if not opened or now is None:
        return frozenset()
    used = EmergencyAccess.objects.in_force(now).filter(user=user, approved_at__isnull=False)
    return frozenset(used.filter(student_id__in=opened).values_list("student_id", flat=True))


def own_reading(user: User) -> Reading:
    """What somebody may read of a list that holds nothing but their own entries."""
    return Reading(user_id=user.pk)


def visible_sessions(user: User, *, on: date) -> QuerySet[Session]:
    """The entries whose text the person may read: the twin of Reading.may_read for lists."""
    return Session.objects.filter(_readable(user, on))


def _readable(user: User, on: date, session: str = "") -> Q:
    """The condition, for entries or (`session` is a path with its `__`) for what hangs on them.

    Through a join, not `session__in`: among OR that would read every entry of the county for one row.
    """

    def over(perm: Perm) -> Q:
        return Q(**{f"{session}student__in": student_access.visible_students(user, perm, on=on)})

    def at(*levels: str) -> Q:
        return Q(**{f"{session}sensitivity__in": levels})

    standing = Q(**{f"{session}withdrawn_at": None})
    mine = Q(**{f"{session}author": user})
    if granted := _granted(user):
        mine |= standing & Q(**{f"{session}pk__in": granted})
    sealed = at(_Level.SEALED) & standing & Q(**{f"{session}student__in": _unsealed(user, on)})
    return (
        sealed
        | (mine & over(Perm.STUDENT_VIEW))
        | (at(_Level.SCHOOL) & standing & over(Perm.TALK_READ))
        | (at(_Level.SCHOOL, _Level.RESTRICTED) & over(Perm.TALK_READ_RESTRICTED))
        | (at(_Level.PROCESS) & over(Perm.TALK_READ_PROCESS))
    )


def get_session_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Session:
    """An entry whose text the person may read.

    404 where they may not know of it, 403 where they see a grey line. Raises Http404, PermissionDenied.
    """
    session = (
        Session.objects.select_related("student", "student__school", "author")
        .filter(public_id=public_id)
        .first()
    )
    if session is None or not student_access.reason_for(user, session.student, Perm.STUDENT_VIEW, on=on):
        raise Http404
    rights = reading(user, session.student, on=on)
    if rights.may_read(session):
        return session
    if rights.may_know(session):
        raise PermissionDenied
    raise Http404


def get_own_session_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Session:
    """An entry the person wrote: only they correct or take it back. Raises Http404, PermissionDenied."""
    session = get_session_or_404(user, public_id, on=on)
    if session.author_id != user.pk:
        raise PermissionDenied
    return session


def visible_follow_ups(user: User, *, on: date) -> QuerySet[FollowUp]:
    """Promises of mine, and those after entries that I may read."""
    return FollowUp.objects.filter(
        Q(owner=user, student__in=student_access.visible_students(user, Perm.STUDENT_VIEW, on=on))
        | _readable(user, on, "session__")
    )


def get_follow_up_or_404(user: User, public_id: uuid.UUID, *, on: date) -> FollowUp:
    """A promise the person may end: its owner, or whoever may read the entry it came from and log talks."""
    follow_up = (
        visible_follow_ups(user, on=on)
        .select_related("student", "student__school", "session", "owner")
        .filter(public_id=public_id)
        .first()
    )
    if follow_up is None:
        raise Http404
    if not student_access.reason_for(user, follow_up.student, Perm.TALK_LOG, on=on):
        raise PermissionDenied
    return follow_up


def left_behind(user: User, *, on: date) -> QuerySet[FollowUp]:
    """Open promises whose owner no longer works in the school, where this person may hand them over."""
    schools = school_access.school_ids(user, Perm.FOLLOW_UP_HAND_OVER, on=on)
    open_ones = FollowUp.objects.filter(school__in=schools, done_at=None, cancelled_at=None)
    gone = Q(owner__is_active=False) | ~school_access.works_there("owner", "school", on=on)
    return open_ones.filter(gone, pk__in=visible_follow_ups(user, on=on).values("pk"))


def get_left_behind_or_404(user: User, public_id: uuid.UUID, *, on: date) -> FollowUp:
    """One of them. Raises Http404; PermissionDenied for who may see the promise and not hand it over."""
    follow_up = get_follow_up_or_404(user, public_id, on=on)
    if not school_access.can(user, Perm.FOLLOW_UP_HAND_OVER, school=follow_up.student.school, on=on):
        raise PermissionDenied
    if not left_behind(user, on=on).filter(pk=follow_up.pk).exists():
        raise Http404
    return follow_up


def may_take_over(follow_up: FollowUp, *, on: date) -> QuerySet[User]:
    """Colleagues who talk with this pupil and may read the entry that the promise came from."""
    talking = student_access.people_who(Perm.TALK_LOG, follow_up.student, on=on)
    entry = follow_up.session
    named = User.objects.filter(entry_grants__session=entry, entry_grants__revoked_at=None)
    reading_it = readers(follow_up.student, follow_up.level, author=entry.author, on=on, named=named)
    return talking.filter(pk__in=reading_it.values("pk")).order_by("name", "pk")


def readers(
    student: Student, sensitivity: str, *, author: User, on: date, named: Iterable[User] = ()
) -> QuerySet[User]:
    """Everybody who will be able to read an entry of this sensitivity, its author included.

    `named` are the colleagues it names; they count where naming means something.
    """
    found = Q(pk=author.pk)
    if perm := _READ_RIGHT.get(_Level(sensitivity)):
        found |= Q(pk__in=student_access.people_who(perm, student, on=on).values("pk"))
    if sensitivity in SHAREABLE and (ids := [user.pk for user in named]):
        let_in = student_access.people_who(Perm.STUDENT_VIEW, student, on=on).values("pk")
        found |= Q(pk__in=ids) & Q(pk__in=let_in)
    return User.objects.filter(found)


def levels_for(user: User, student: Student, *, on: date) -> list[str]:
    """The depths at which the person may write about a pupil with whom they log talks."""
    writes_notes = student_access.reason_for(user, student, Perm.TALK_READ_PROCESS, on=on)
    return [one for one in _Level.values if one != _Level.PROCESS or writes_notes]


def nameable(student: Student, *, author: User, on: date) -> QuerySet[User]:
    """Colleagues who may be named as readers: those who work with this pupil, whatever they may read."""
    return student_access.people_who(Perm.TALK_LOG, student, on=on).exclude(pk=author.pk)


def may_share(user: User, session: Session, *, on: date) -> bool:
    """The author shares; a restricted entry is also shared by those whose role reads it."""
    if session.sensitivity not in SHAREABLE or session.withdrawn_at is not None:
        return False
    if session.author_id == user.pk:
        return True
    right = student_access.reason_for(user, session.student, Perm.TALK_READ_RESTRICTED, on=on)
    return session.sensitivity == _Level.RESTRICTED and right is not None


def get_shareable_session_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Session:
    """An entry whose readers the person names. Raises Http404, PermissionDenied."""
    session = get_session_or_404(user, public_id, on=on)
    if not may_share(user, session, on=on):
        raise PermissionDenied
    return session


def require_logging(user: User, *, on: date) -> None:
    """For pages of one's own talks and promises: 403 for whoever logs none. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.TALK_LOG, on=on):
        raise PermissionDenied


@dataclass(frozen=True)
class Resolved:
    """Pupils named in a form, with their roles, and what was wrong by field."""

    pupils: dict[Student, str]
    problems: dict[str, str]


def resolve_pupils(user: User, texts: Mapping[str, tuple[str, str]], *, on: date) -> Resolved:
    """Turn typed names or numbers into pupils this person may know of; never one they may not."""
    resolved = Resolved({}, {})
    for field, (text, role) in texts.items():
        known = student_access.visible_students(user, Perm.STUDENT_FIND, on=on)
        matches = list(known.filter(Q(name=text.strip()) | Q(school_number=text.strip()))[:2])
        if len(matches) == 1:
            resolved.pupils[matches[0]] = role
        elif matches:
            resolved.problems[field] = _("Several pupils have this name. Type the school number.")
        else:
            resolved.problems[field] = _("No pupil of yours has this name or number.")
    return resolved


def resolve_pupil_ids(user: User, roles: Mapping[uuid.UUID, str], *, on: date) -> Resolved:
    """The same for programs, which name pupils by id; problems are by the id as text."""
    known = student_access.visible_students(user, Perm.STUDENT_FIND, on=on)
    found = {student.public_id: student for student in known.filter(public_id__in=list(roles))}
    return Resolved(
        pupils={found[one]: role for one, role in roles.items() if one in found},
        problems={str(one): _("No pupil of yours has this id.") for one in roles if one not in found},
    )


def get_topic_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Topic:
    """A topic of a school where the person chooses topics. Raises Http404 and PermissionDenied."""
    topic = Topic.objects.select_related("school", "school__area").filter(public_id=public_id).first()
    if topic is None or not school_access.works_in(user, topic.school_id, on=on):
        raise Http404
    if not school_access.can(user, Perm.TOPIC_MANAGE, school=topic.school, on=on):
        raise PermissionDenied
    return topic
