"""Telling people what changed about their account: lower apps ask through accounts.registry."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from core import queue, tenancy
from reminders import categories, services
from schools import access as school_access


def tell(user: User, *, category: str, about: str, url_path: str, by: User | None, now: datetime) -> None:
    """Ring and mail in the school where the person works.

    A reminder belongs to a school; who works in none (an official of an area) gets a letter outside the
    outbox, tried once.
    """
    with tenancy.program("account notice"):
        schools = {grant.school_id for grant in school_access.grants(user, on=timezone.localdate(now))}
        schools.discard(None)
        if not schools:
            queue.after_commit("reminders.tasks.mail_notice", user_id=user.pk, category=category)
            return
        services.plan(
            recipient=user,
            school_id=min(one for one in schools if one is not None),
            category=category,
            about=about,
            url_path=url_path,
            due_at=now,
            by=by,
        )


def mail(*, user_id: int, category: str) -> None:
    """The letter to somebody without a school: the category, and a link to sign in."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None:
        return
    with translation.override(user.language):
        label = categories.label(category)
        body = render_to_string(
            "reminders/email/reminder.txt", {"category": label, "link": f"{settings.SITE_URL}/me/"}
        )
        EmailMessage(f"Kiteline: {label}", body, to=[user.email]).send()
