"""Ground floor models: no domain word in here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from core.fields import EncryptedBinaryField, uuid7
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label


class PublicIdModel(models.Model):
    """A row that may be named in a URL: big integer inside, UUIDv7 outside."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    class Meta:
        abstract = True


class AuditEvent(models.Model):
    """Who did what, written in the same transaction as the change.

    References are text and numbers, not foreign keys: the event outlives what it speaks of.
    The program's database role may insert and select here, nothing else. The database itself adds
    `batch` (the transaction) and `row_hash`, and links them into the school's chain (core.audit_chain).
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
        "subject_id": PERSONAL,
        "request_id": PUBLIC,
        "batch": PUBLIC,
        "row_hash": PUBLIC,
    }

    at = models.DateTimeField(auto_now_add=True)
    event = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    school_id = models.BigIntegerField(null=True)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict, blank=True)
    # The public id of the person whom it is about, whatever the target is: for "who looked?".
    subject_id = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    batch = models.BigIntegerField(editable=False, db_index=True)
    row_hash = models.BinaryField(editable=False)

    class Meta:
        indexes = [
            BrinIndex(fields=["at"], name="core_audit_at"),
            models.Index(fields=["school_id", "-id"], name="core_audit_school"),
            models.Index(fields=["target_type", "target_id", "-id"], name="core_audit_target"),
            models.Index(
                fields=["subject_id", "-id"], name="core_audit_subject", condition=~models.Q(subject_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.target_type} {self.target_id}"


class RowChange(models.Model):
    """One row that somebody's statement inserted, changed or deleted; written by triggers (core.row_history).

    `changed` maps a column to its values before and after, or to null where the values are sensitive: the
    trail is no second copy of a child's file. An inserted row tells no values; it stands in its table.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "at": PUBLIC,
        "school_id": PUBLIC,
        "table_name": PUBLIC,
        "row_id": PERSONAL,
        "op": PUBLIC,
        "changed": PERSONAL,
        "user_id": PERSONAL,
        "purpose": PUBLIC,
        "request_id": PUBLIC,
        "batch": PUBLIC,
        "row_hash": PUBLIC,
    }

    class Op(models.TextChoices):
        INSERT = "insert"
        UPDATE = "update"
        DELETE = "delete"

    at = models.DateTimeField()
    school_id = models.BigIntegerField(null=True)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    op = models.CharField(max_length=6, choices=Op.choices)
    changed = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    batch = models.BigIntegerField(db_index=True)
    row_hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["school_id", "-id"], name="core_rowchange_school"),
            models.Index(fields=["table_name", "row_id", "-id"], name="core_rowchange_row"),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.table_name} {self.row_id}"


class AuditLink(models.Model):
    """A link of a school's chain: what one transaction added to the trail (`rows`: kind, id, hash of each).

    `chain` is the school's id, 0 for what belongs to no school.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "chain", "seq", "at", "batch", "txid", "rows", "prev_hash", "hash"], PUBLIC
    )

    chain = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    batch = models.BigIntegerField(db_index=True)
    txid = models.BigIntegerField()
    rows = models.TextField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="core_auditlink_seq")]

    def __str__(self) -> str:
        return f"link {self.seq} of chain {self.chain}"


class AuditHead(models.Model):
    """The newest link of each chain; locked while a transaction appends. The program can't touch it."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["chain", "seq", "hash"], PUBLIC)

    chain = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"head {self.seq} of chain {self.chain}"


class AuditPending(models.Model):
    """A transaction that has written to the trail and isn't linked yet; gone when it commits."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "txid"], PUBLIC)

    txid = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return f"transaction {self.txid}"


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


class Export(PublicIdModel):
    """A file that somebody asked for, kept for a day for them alone (core.exports). Closed in the column."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school_id": PUBLIC,
        "requested_by": PERSONAL,
        "kind": PUBLIC,
        "file_name": PUBLIC,
        "media_type": PUBLIC,
        "row_count": PUBLIC,
        "is_encrypted": PUBLIC,
        "content": SENSITIVE,
        "made_at": PUBLIC,
        "expires_at": PUBLIC,
    }

    school_id = models.BigIntegerField()  # the foreign key stands in the migration: core knows no schools
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=80)
    media_type = models.CharField(max_length=80)
    row_count = models.PositiveIntegerField()
    is_encrypted = models.BooleanField()
    content = EncryptedBinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
