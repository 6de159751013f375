"""Signing in to the API by a token of which only the hash is kept."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import TokenAuthentication

from accounts import services


class HashedTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`. A copy of the database gives no working token."""

    def authenticate_credentials(self, key: str) -> Any:
        return super().authenticate_credentials(services.token_fingerprint(key))
