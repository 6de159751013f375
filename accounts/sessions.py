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
from django.db.models import QuerySet
from django.http import HttpRequest
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
        self.row = None
        if self.session_key:
            named = self._rows().filter(pk=self.name_of(self.session_key))
            self.row = named.filter(expire_date__gt=timezone.now()).first()
        if self.row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(self.row.session_data)
        return data

    def exists(self, session_key: str) -> bool:
        return self._rows().filter(pk=self.name_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        return self.get_model_class()(
            session_key=self.name_of(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=int(data[SESSION_KEY]) if SESSION_KEY in data else None,
        )

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError for a key that exists, UpdateError for a session ended meanwhile."""
        if self.session_key is None:
            return self.create()
        made = self.create_model_instance(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        if must_create:
            try:
                with transaction.atomic():
                    made.save(force_insert=True)
            except IntegrityError:
                raise CreateError from None
            return None
        changed = (
            self._rows()
            .filter(pk=made.pk)
            .update(session_data=made.session_data, expire_date=made.expire_date, user_id=made.user_id)
        )
        if not changed:
            raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self._rows().filter(pk=self.name_of(key)).delete()

    def _rows(self) -> QuerySet[BrowserSession]:
        rows: QuerySet[BrowserSession] = self.get_model_class()._default_manager.all()
        return rows


def row_of(request: HttpRequest) -> BrowserSession | None:
    """What the database said of the request's session; None for who brought none."""
    row: BrowserSession | None = getattr(request.session, "row", None)
    return row
