"""Language by person, and the end of a session."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.adapter import SIGNED_IN_AT


class PreferencesMiddleware:
    """Speak the language the person chose; before sign-in, the one in the cookie or the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _end_old_session(request)
        if request.user.is_authenticated:
            language = request.user.language
        else:
            language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
            if language not in dict(settings.LANGUAGES):
                language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response


def _end_old_session(request: HttpRequest) -> None:
    """Eight hours in all, however busy: each write would otherwise lengthen it (ASVS 5.0.0 V7.3.2)."""
    since = request.session.get(SIGNED_IN_AT)
    if since is not None and timezone.now().timestamp() - since > settings.SESSION_COOKIE_AGE:
        logout(request)
