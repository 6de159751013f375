"""My own settings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import forms, services


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme; the top bar's switches post here too."""
    form = forms.PreferencesForm(
        request.POST or None, initial={"language": request.user.language, "theme": request.user.theme}
    )
    if request.method == "POST" and form.is_valid():
        services.set_preferences(user=request.user, by=request.user, **form.cleaned_data)
        return redirect(_safe_next(request) or "accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form, "title": _("Preferences")})


@login_not_required
@require_POST
def guest_language(request: HttpRequest) -> HttpResponse:
    """The language before sign-in: a cookie, since there's nobody yet to remember it for."""
    form = forms.PreferencesForm(request.POST)
    response = redirect(_safe_next(request) or settings.LOGIN_URL)
    if form.is_valid() and form.cleaned_data["language"]:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            form.cleaned_data["language"],
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
        translation.activate(form.cleaned_data["language"])
    return response


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""
