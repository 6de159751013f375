"""`manage.py sign_audit_root`: fix the trail as it stands now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import audit_roots, tenancy


class Command(BaseCommand):
    help = "Sign a root over the newest link of every chain and append it to AUDIT_ROOTS_FILE (beat: hourly)."

    def handle(self, **options: Any) -> None:
        with tenancy.program("sign_audit_root"):
            heads = audit_roots.heads_now()
        try:
            root = audit_roots.sign(heads, now=timezone.now())
        except audit_roots.BadRoots as error:
            raise CommandError(f"{error} Nothing was signed: run `manage.py verify_audit`.") from None
        self.stdout.write(f"{len(heads)} chains, root {root}")
