"""Signing in to the API by a token of which only the hash is kept."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import TokenAuthentication

from accounts import services
from core import tenancy


class HashedTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`. A copy of the database gives no working token. One runs out."""

    def authenticate_credentials(self, key: str) -> Any:
        user, token = super().authenticate_credentials(services.token_fingerprint(key))
        user.seen_at = timezone.now()
        if user.seen_at >= services.token_until(token.created):
            raise exceptions.AuthenticationFailed(_("This token has run out. Make a new one."))
        tenancy.switch(tenancy.open_for_api(user))
        return user, token
