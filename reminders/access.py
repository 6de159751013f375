"""Who may see which reminder: one's own always; others' only to see that they were delivered."""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from reminders import categories
from reminders.models import Reminder
from schools import access as school_access


def own(user: User) -> QuerySet[Reminder]:
    """What is addressed to this person, in whatever school."""
    return Reminder.objects.filter(recipient=user)


def get_own_or_404(user: User, public_id: uuid.UUID) -> Reminder:
    """One's own reminder. Raises Http404: that others have one is nobody's business."""
    found = own(user).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def overseen(user: User, *, on: date) -> QuerySet[Reminder]:
    """The reminders of the schools where this person watches over delivery, but for the private ones.

    Raises PermissionDenied if there is none.
    """
    if not school_access.holds(user, Perm.REMINDER_OVERSEE, on=on):
        raise PermissionDenied
    return Reminder.objects.filter(
        school__in=school_access.visible_schools(user, Perm.REMINDER_OVERSEE, on=on)
    ).exclude(category__in=categories.PRIVATE)


def get_overseen_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Reminder:
    """A reminder of a school where this person watches over delivery.

    Raises Http404 outside the person's schools, PermissionDenied inside them without the right.
    """
    found = Reminder.objects.select_related("school__area").filter(public_id=public_id).first()
    if found is None or found.category in categories.PRIVATE:
        raise Http404
    if not school_access.works_in(user, found.school_id, on=on):
        raise Http404
    if not school_access.can(user, Perm.REMINDER_OVERSEE, school=found.school, on=on):
        raise PermissionDenied
    return found
