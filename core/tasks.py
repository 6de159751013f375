"""Tasks of the ground floor."""

from celery import shared_task
from django.utils import timezone

from core import audit_roots, exports, tenancy


@shared_task
def ping(marker: str) -> str:
    """Prove that a worker is listening: the production test and `make run` call it."""
    return marker


@shared_task
def sign_audit_root() -> str:
    """Every hour: fix the audit trail as it stands (core.audit_roots)."""
    with tenancy.program("sign_audit_root"):
        return audit_roots.sign(audit_roots.heads_now(), now=timezone.now())


@shared_task
def sweep_exports() -> int:
    """Every hour: delete the files whose day is over."""
    with tenancy.program("sweep_exports"):
        return exports.sweep(now=timezone.now())
