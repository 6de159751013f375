"""Headers that every answer carries, whoever made it: page, file, error or problem."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import HEADER as POLICY
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.api import problems

# What is no page needs nothing: no script, no frame, no form, were a browser ever to show it as one.
BARE_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

_UNUSED = (
    "accelerometer",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
# Passkeys are the one feature of the device that sign-in uses.
PERMISSIONS = ", ".join(
    [
        *(f"{name}=()" for name in _UNUSED),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)


class HeadersMiddleware:
    """The outermost one, so that static files, redirects and early errors have them too.

    Nothing readable about a child rests on the device (ASVS 5.0.0 V14.3.2): all but static files is no-store.
    Nobody else's page may show, frame, fetch or embed an answer (V3.4.3 to V3.4.8, V3.5.8).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not _is_static(request, response):
            response["Cache-Control"] = "no-store, private"
        if not _is_page(response):
            response[POLICY] = BARE_POLICY
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class ApiOverTlsMiddleware:
    """A program that speaks plain HTTP is refused, not led on to TLS (SECURE_REDIRECT_EXEMPT spares it).

    Its token has gone over the wire in clear already; a redirect would let nobody notice (ASVS 5.0.0 V4.1.2).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and problems.is_api(request) and not request.is_secure():
            return problems.answer(request, 403, special="tls_needed")
        return self.get_response(request)


def _is_static(request: HttpRequest, response: HttpResponseBase) -> bool:
    return request.path.startswith(settings.STATIC_URL) and response.status_code in (200, 206, 304)


def _is_page(response: HttpResponseBase) -> bool:
    """Whether a browser would show it as a page of ours; a file to keep is none, whatever its type."""
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and not response.get("Content-Disposition", "").startswith("attachment")
