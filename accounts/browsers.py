"""Browsers that have signed in to an account before: what they are called, by which cookie they are known.

The cookie holds a random number, the same for all who share the browser, and says nothing of anybody. It
opens nothing: it only gives a browser a count of wrong tries of its own, so that nobody elsewhere can lock
it out.
Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import KnownBrowser, User

MAX_AGE = 180 * 24 * 3600
_SALT = "accounts.browsers"
_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("QQBrowser/", "QQ"),
    ("HuaweiBrowser/", "Huawei"),
    ("MiuiBrowser/", "Xiaomi"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def cookie_name() -> str:
    """Under TLS with the prefix that keeps other hosts of the domain from planting one."""
    return "__Host-kl_browser" if settings.SESSION_COOKIE_SECURE else "kl_browser"


def token_in(request: HttpRequest) -> str:
    """The browser's number, or "" when it has none or one that isn't of our making."""
    try:
        return str(signing.Signer(salt=_SALT).unsign(request.COOKIES.get(cookie_name(), "")))
    except signing.BadSignature:
        return ""


def set_cookie(response: HttpResponseBase, token: str) -> None:
    response.set_cookie(
        cookie_name(),
        signing.Signer(salt=_SALT).sign(token),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def find(*, user_id: int, token: str) -> KnownBrowser | None:
    """The browser, if this account was signed in to by it before; for nobody (0) it costs the same."""
    return KnownBrowser.objects.filter(user_id=user_id, token_hash=_hash(token)).first() if token else None


@transaction.atomic
def remember(*, user: User, token: str, now: datetime) -> tuple[str, bool]:
    """Know this browser from now on. Returns its number, and whether it is new to somebody who has others."""
    token = token or secrets.token_urlsafe(32)
    had_others = KnownBrowser.objects.filter(user=user).exists()
    _browser, made = KnownBrowser.objects.update_or_create(
        user=user,
        token_hash=_hash(token),
        defaults={"last_used_at": now},
        create_defaults={"first_seen_at": now, "last_used_at": now},
    )
    return token, made and had_others


def forget_all(*, user: User) -> None:
    """A new password makes every browser a stranger again."""
    KnownBrowser.objects.filter(user=user).delete()


def kind_of(request: HttpRequest) -> str:
    """ "Chrome · Windows": enough to recognise one's own computer by, no more."""
    agent = request.headers.get("User-Agent", "")
    named = [next((name for sign, name in table if sign in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, named)) or "?"


def place_of(address: str) -> str:
    """An address without its last part: 10.20.30.x, or the first three groups of IPv6."""
    plain = re.sub(r"/\d+$", "", address)
    try:
        parsed = ipaddress.ip_address(plain)
    except ValueError:
        return ""
    if parsed.version == 4:
        return plain.rpartition(".")[0] + ".x"
    return ":".join(parsed.exploded.split(":")[:3]) + "::"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
