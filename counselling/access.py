"""Who may read what was written about a pupil. No superuser path: rights come from memberships alone.

School-wide entries need TALK_READ over the pupil, restricted ones TALK_READ_RESTRICTED; whoever wrote an
entry keeps reading it while they may still open the pupil's page. A withdrawn entry stays readable to its
author and to those who read restricted entries.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from counselling.models import FollowUp, Session, Topic
from schools import access as school_access
from students import access as student_access
from students.models import Student

_READ_RIGHT = {
    Session.Sensitivity.SCHOOL: Perm.TALK_READ,
    Session.Sensitivity.RESTRICTED: Perm.TALK_READ_RESTRICTED,
}


@dataclass(frozen=True)
class Reading:
    """What a person may read about one pupil, worked out once for a page."""

    user_id: int
    school_wide: bool
    restricted: bool
    knows_restricted: bool

    def may_read(self, session: Session) -> bool:
        if session.author_id == self.user_id:
            return True
        if session.withdrawn_at is not None or session.sensitivity == Session.Sensitivity.RESTRICTED:
            return self.restricted
        return self.school_wide

    def known(self) -> Q:
        """Entries that may be shown, if only as a grey line."""
        if self.restricted:
            return Q()
        known = Q(author_id=self.user_id)
        if self.school_wide:
            known |= Q(sensitivity=Session.Sensitivity.SCHOOL, withdrawn_at=None)
        if self.knows_restricted:
            known |= Q(sensitivity=Session.Sensitivity.RESTRICTED, withdrawn_at=None)
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
    )


def own_reading(user: User) -> Reading:
    """What somebody may read of a list that holds nothing but their own entries."""
    return Reading(user_id=user.pk, school_wide=False, restricted=False, knows_restricted=False)


def visible_sessions(user: User, *, on: date) -> QuerySet[Session]:
    """The entries whose text the person may read: the twin of Reading.may_read for lists."""
    return Session.objects.filter(_readable(user, on))


def _readable(user: User, on: date, session: str = "") -> Q:
    """The condition, for entries or (`session` is a path with its `__`) for what hangs on them.

    Through a join, not `session__in`: among OR that would read every entry of the county for one row.
    """

    def over(perm: Perm) -> Q:
        return Q(**{f"{session}student__in": student_access.visible_students(user, perm, on=on)})

    mine = Q(**{f"{session}author": user})
    open_ = Q(**{f"{session}sensitivity": Session.Sensitivity.SCHOOL, f"{session}withdrawn_at": None})
    return (mine & over(Perm.STUDENT_VIEW)) | (open_ & over(Perm.TALK_READ)) | over(Perm.TALK_READ_RESTRICTED)


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
    if session.sensitivity == Session.Sensitivity.RESTRICTED and rights.knows_restricted:
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


def readers(student: Student, sensitivity: str, *, author: User, on: date) -> QuerySet[User]:
    """Everybody who will be able to read an entry of this sensitivity, its author included."""
    perm = _READ_RIGHT[Session.Sensitivity(sensitivity)]
    allowed = student_access.people_who(perm, student, on=on)
    return User.objects.filter(Q(pk__in=allowed.values("pk")) | Q(pk=author.pk))


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
    if topic is None or not school_access.can(user, Perm.SCHOOL_VIEW, school=topic.school, on=on):
        raise Http404
    if not school_access.can(user, Perm.TOPIC_MANAGE, school=topic.school, on=on):
        raise PermissionDenied
    return topic
