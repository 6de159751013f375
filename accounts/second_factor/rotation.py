"""The seeds of authenticator apps, for `manage.py rotate_keys` (core.rotation)."""

from __future__ import annotations

import base64
from collections import Counter

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.second_factor import seeds, selectors
from core import keys


class Seeds:
    """They are closed inside a JSON column of allauth's."""

    name = "mfa_authenticator.data"

    def used(self, using: str) -> dict[bytes, int]:
        return dict(Counter(self._key_id(one) for one in self._apps(using)))

    def renew(self, using: str) -> int:
        with transaction.atomic(using=using):
            behind = [
                one for one in self._apps(using).select_for_update() if self._key_id(one) != keys.newest_id()
            ]
            for one in behind:
                place = selectors.place_of(one.user_id)
                seed = seeds.open_(one.data["secret"], bound_to=place)
                one.data["secret"] = seeds.close(seed, bound_to=place)
            Authenticator.objects.using(using).bulk_update(behind, ["data"], batch_size=500)
        return len(behind)

    @staticmethod
    def _apps(using: str):  # type: ignore[no-untyped-def]  # a queryset of a model without stubs
        return Authenticator.objects.using(using).filter(type=Authenticator.Type.TOTP)

    @staticmethod
    def _key_id(app: Authenticator) -> bytes:
        return keys.key_id(base64.b64decode(app.data["secret"]))
