"""Passkeys (WebAuthn), by allauth's ceremony. What a browser sends is checked here, whatever its shape."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User

# fido2 parses binary formats by hand: what doesn't fit fails in many ways, none of which is ours to fix.
_BROKEN = (
    ValidationError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
    InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip


class BadPasskeyError(Exception):
    """The browser's answer isn't one to our question, or not by a passkey of this person."""


def possible(request: HttpRequest) -> bool:
    """Browsers offer passkeys for a name only, and only over HTTPS or on the machine itself."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost"
    return False


def ask_to_add(user: User) -> str:
    """The question for `navigator.credentials.create`, as JSON; its challenge is kept in the session."""
    return json.dumps(auth.begin_registration(user, passwordless=False))


def check_added(credential: dict[str, Any]) -> None:
    """Raises BadPasskeyError."""
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except _BROKEN as error:
        raise BadPasskeyError from error


def ask(user: User) -> str:
    """The question for `navigator.credentials.get`, as JSON; its challenge, in the session, works once."""
    return json.dumps(auth.begin_authentication(user))


def check(user: User, credential: dict[str, Any]) -> Authenticator:
    """The passkey that answered. Raises BadPasskeyError."""
    try:
        auth.parse_authentication_response(credential)
        return auth.complete_authentication(user, credential)
    except _BROKEN as error:
        raise BadPasskeyError from error
