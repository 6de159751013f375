"""Inviting people: a link that works once, for seven days.

The token has 256 random bits and only its SHA-256 is kept, so a copy of the database lets nobody in
(OWASP ASVS 5.0.0 V6.4.1, V11.5.1). Opening the link shows the invitation; only sending the form uses it up.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import phones
from accounts import selectors as account_selectors
from accounts import services as account_services
from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import NEEDS_TWO_PEOPLE, Role
from core import audit
from schools import access
from schools.models import Area, Invitation, Membership, School, SchoolClass
from schools.services import members
from schools.services.errors import RefusedError

logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class Issued:
    """A fresh invitation; `link` can be read here and never again. `mailed`: it is on its way.

    Without a link the invitation waits for a second person.
    """

    invitation: Invitation
    link: str
    mailed: bool


def fingerprint(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    *,
    school: School | None,
    role: str,
    name: str,
    email: str = "",
    phone: str = "",
    school_class: SchoolClass | None = None,
    area: Area | None = None,
    by: User | None,
    now: datetime,
) -> Issued:
    """Offer somebody a role. With an address the link is mailed, once the invitation stands.

    Mail that can't be sent leaves the invitation valid: the page then shows the link to copy.

    For a role that reads of every child, or gives roles (accounts.roles.NEEDS_TWO_PEOPLE), no link is made
    yet: a second person confirms, and gets it. So nobody alone can bring in an invented colleague.
    Raises RefusedError for a role the school can't give, and when the inviter names themselves.
    """
    if school is not None:
        members.check_place(role=role, school=school, school_class=school_class)
    phone = phones.normalise(phone)
    _check_not_oneself(email, phone, by)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            area=area,
            school=school,
            school_class=school_class,
            role=role,
            name=name,
            email=email,
            phone=phone,
            token_hash=fingerprint(token),
            invited_by=by,
            invited_at=now,
            expires_at=now + LIFETIME,
        )
        audit.record("invitation.made", by=by, target=invitation, role=role)
    if invitation.waits_for_a_second_person:
        return Issued(invitation, "", mailed=False)  # its token is thrown away: nobody has ever seen it
    return _issue(invitation, token)


def _issue(invitation: Invitation, token: str) -> Issued:
    link = settings.SITE_URL + reverse("schools:open_invitation", args=[token])
    return Issued(invitation, link, mailed=_mail(invitation, link) if invitation.email else False)


def confirm_invitation(*, invitation: Invitation, by: User, now: datetime) -> Issued:
    """Stand behind an invitation as the second person: now its link exists, and works for seven days.

    The link goes to the person's address, or into the hands of whoever confirms: never back to the inviter.
    Raises RefusedError for the inviter, for whoever it names, and when it no longer stands.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        found = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _check_may_confirm(found, by, now)
        found.token_hash = fingerprint(token)
        found.confirmed_by, found.confirmed_at, found.expires_at = by, now, now + LIFETIME
        found.save(update_fields=["token_hash", "confirmed_by", "confirmed_at", "expires_at"])
        audit.record("invitation.confirmed", by=by, target=found, role=found.role)
    return _issue(found, token)


def _check_may_confirm(invitation: Invitation, by: User, now: datetime) -> None:
    if invitation.invited_by_id == by.pk:
        raise RefusedError(_("You made this invitation: a colleague must confirm it."))
    _check_not_oneself(invitation.email, invitation.phone, by)
    ended = invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= now
    waits = invitation.waits_for_a_second_person and not ended
    if not waits or not _inviter_still_may(invitation, timezone.localdate(now)):
        raise RefusedError(_("This invitation no longer waits for anybody."))


def _check_not_oneself(email: str, phone: str, by: User | None) -> None:
    if by is None:
        return
    if email and email.lower() == by.email.lower():
        raise RefusedError(_("This is your own address: nobody invites themselves."), "email")
    if phone and phone == by.phone:
        raise RefusedError(_("This is your own number: nobody invites themselves."), "phone")


def _mail(invitation: Invitation, link: str) -> bool:
    place = invitation.school or invitation.area
    context = {"invitation": invitation, "place": place, "link": link, "days": LIFETIME.days}
    subject = render_to_string("schools/email/invitation_subject.txt", context).strip()
    body = render_to_string("schools/email/invitation_message.txt", context)
    try:
        EmailMessage(subject, body, to=[invitation.email]).send()
    except Exception as error:  # whatever mail throws: the invitation stands, and the page shows its link
        logger.warning("invitation %s wasn't mailed: %s", invitation.public_id, type(error).__name__)
        return False
    return True


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, now: datetime) -> None:
    """Take an invitation back. Raises RefusedError once it is accepted."""
    open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not open_one.update(withdrawn_at=now):
        raise RefusedError(_("This invitation is used or taken back already."))
    audit.record("invitation.withdrawn", by=by, target=invitation)


@transaction.atomic
def accept_as_new_person(
    *, token_hash: str, username: str, password: str, language: str, now: datetime
) -> Membership:
    """Make the invited person and give them their role. Two uses at once make one person.

    Raises RefusedError when the link is used, withdrawn or too old, and when a name or address is taken.
    """
    invitation = _claim(token_hash, now)
    _check_names_are_free(invitation, username)
    user = account_services.create_user(
        username=username,
        password=password,
        name=invitation.name,
        phone=invitation.phone,
        email=invitation.email,
        language=language,
        by=None,
    )
    return _grant(invitation, user, now)


@transaction.atomic
def accept_as(*, token_hash: str, user: User, now: datetime) -> Membership:
    """Give the role to somebody who has an account. Raises RefusedError as above, and for the inviter."""
    invitation = _claim(token_hash, now)
    if user.pk in {invitation.invited_by_id, invitation.confirmed_by_id}:
        raise RefusedError(_("You made this invitation: nobody invites themselves."))
    return _grant(invitation, user, now)


def _claim(token_hash: str, now: datetime) -> Invitation:
    """One UPDATE decides who was first; the other finds nothing, or waits for a rollback.

    An invitation is worth as much as the right behind it: it dies with the inviter's own.
    """
    mine = Invitation.objects.filter(
        token_hash=token_hash, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    )
    confirmed = ~Q(role__in=NEEDS_TWO_PEOPLE) | Q(invited_by=None) | Q(confirmed_at__isnull=False)
    claimed = mine.filter(confirmed).update(accepted_at=now)
    related = ("school__area", "school_class", "area", "invited_by", "confirmed_by")
    found = Invitation.objects.select_related(*related).filter(token_hash=token_hash).first()
    on = timezone.localdate(now)
    if (
        not claimed
        or found is None
        or not _inviter_still_may(found, on)
        or not _confirmer_still_may(found, on)
    ):
        raise RefusedError(_("This invitation no longer works. Ask for a new one."))
    return found


def _inviter_still_may(invitation: Invitation, on: date) -> bool:
    inviter, school = invitation.invited_by, invitation.school
    if inviter is None or school is None:  # from the terminal: `manage.py invite`
        return True
    return access.can(inviter, Perm.MEMBER_INVITE, school=school, on=on) is not None


def _confirmer_still_may(invitation: Invitation, on: date) -> bool:
    second, school = invitation.confirmed_by, invitation.school
    if second is None or school is None:
        return True
    return access.can(second, Perm.MEMBER_CONFIRM, school=school, on=on) is not None


def _check_names_are_free(invitation: Invitation, username: str) -> None:
    """Whatever a person signs in with is theirs alone, across user names, addresses and numbers."""
    try:
        User._meta.get_field("username").run_validators(username)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages), "username") from None
    if account_selectors.is_login_taken(username):
        raise RefusedError(_("This user name is taken."), "username")
    for login in (invitation.email, invitation.phone):
        if login and account_selectors.is_login_taken(login):
            raise RefusedError(_("You have an account already: sign in first, then open the link again."))


def _grant(invitation: Invitation, user: User, now: datetime) -> Membership:
    membership = members.grant_role(
        user=user,
        role=Role(invitation.role),
        school=invitation.school,
        school_class=invitation.school_class,
        area=invitation.area,
        confirmed=invitation.confirmed_by_id is not None,
        by=invitation.invited_by,
        on=timezone.localdate(now),
    )
    audit.record("invitation.accepted", by=user, target=invitation, membership_id=membership.pk)
    return membership
