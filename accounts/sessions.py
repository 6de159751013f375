"""Sessions in a table of our own: whose each is and when it was last used, so that they can be ended.

A row is named by the hash of its cookie: a copy of the database opens nobody's session. A session ends with
the next request once its row is gone. Source: ASVS 5.0.0 V7.2.1, V7.3.1, V7.4; security.md.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import BrowserSession


class SessionStore(DatabaseStore):
    """settings.SESSION_ENGINE. `row` is what the database said when this request first looked."""

    row: BrowserSession | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        from accounts.models import BrowserSession

        return BrowserSession

    @staticmethod
    def name_of(session_key: str) -> str:
        """What stands in the table for a cookie: the first 160 bits of its SHA-256."""
        return hashlib.sha256(session_key.encode()).hexdigest()[:40]

    def load(self) -> dict[str, Any]:
        self.row = (
            self.model.objects.filter(
                pk=self.name_of(self.session_key), expire_date__gt=timezone.now()
            ).first()
            if self.session_key
            else None
        )
        if self.row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(self.row.session_data)
        return data

    def exists(self, session_key: str) -> bool:
        found: bool = self.model.objects.filter(pk=self.name_of(session_key)).exists()
        return found

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        made: BrowserSession = super().create_model_instance(data)
        made.session_key = self.name_of(self._get_or_create_session_key())
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return made

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError for a key that exists, UpdateError for a session ended meanwhile."""
        if self.session_key is None:
            return self.create()
        made = self.create_model_instance(self._get_session(no_load=must_create))
        if must_create:
            try:
                with transaction.atomic():
                    made.save(force_insert=True)
            except IntegrityError:
                raise CreateError from None
            return None
        changed = self.model.objects.filter(pk=made.pk).update(
            session_data=made.session_data, expire_date=made.expire_date, user_id=made.user_id
        )
        if not changed:
            raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(pk=self.name_of(key)).delete()
