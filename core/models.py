"""Ground floor models: no domain word in here."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from core.fields import uuid7
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label


class PublicIdModel(models.Model):
    """A row that may be named in a URL: big integer inside, UUIDv7 outside."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    class Meta:
        abstract = True


class AuditEvent(models.Model):
    """Who did what, written in the same transaction as the change.

    References are text and numbers, not foreign keys: the event outlives what it speaks of.
    The program's database role may insert and select here, nothing else (core/migrations).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "at": PUBLIC,
        "event": PUBLIC,
        "actor_id": PERSONAL,
        "actor_name": PERSONAL,
        "school_id": PUBLIC,
        "target_type": PUBLIC,
        "target_id": PERSONAL,
        "details": SENSITIVE,
    }

    at = models.DateTimeField(auto_now_add=True)
    event = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    school_id = models.BigIntegerField(null=True)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            BrinIndex(fields=["at"], name="core_audit_at"),
            models.Index(fields=["school_id", "-id"], name="core_audit_school"),
            models.Index(fields=["target_type", "target_id", "-id"], name="core_audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.target_type} {self.target_id}"


class RateCount(models.Model):
    """How often something was tried (core.limits). The key is an HMAC, so a row names nobody."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "key": PUBLIC,
        "count": PUBLIC,
        "next_at": PUBLIC,
        "ends_at": PUBLIC,
    }

    key = models.CharField(max_length=64, primary_key=True)
    count = models.BigIntegerField()
    next_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]
