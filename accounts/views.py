"""My own settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import forms, registry, selectors, services, step_up
from accounts.http import SignedInRequest
from accounts.sessions import SessionStore
from core import htmx


@require_safe
def me(request: SignedInRequest) -> HttpResponse:
    """Who I am here: roles with their sentences, language, theme, password, API token."""
    return _own_page(request)


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Language and theme; the top bar's switches post here too."""
    form = forms.PreferencesForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        services.set_preferences(user=request.user, by=request.user, **form.cleaned_data)
        return HttpResponseRedirect(_safe_next(request) or reverse("accounts:me"))
    return _own_page(request, form=form)


@sensitive_post_parameters("password")
@require_POST
@step_up.required
def issue_token(request: SignedInRequest) -> HttpResponse:
    """Make an API token; this answer is the only place where it can be read."""
    form = forms.ApiTokenForm(request.POST, user=request.user)
    if not form.is_valid():
        return _own_page(request, token_form=form)
    token = services.issue_api_token(user=request.user, by=request.user, now=timezone.now())
    return _own_page(request, new_token=token)


@require_POST
def revoke_token(request: SignedInRequest) -> HttpResponse:
    services.revoke_api_token(user=request.user, by=request.user)
    htmx.toast(request, _("The API token is taken back."))
    return redirect("accounts:me")


def _own_page(request: SignedInRequest, **more: Any) -> HttpResponse:
    """The page of my own settings, with whichever of its forms came back."""
    user = request.user
    token_since = selectors.api_token_since(user)
    own = {"language": user.language, "theme": user.theme}
    context = {
        "title": _("Me"),
        "sections": registry.sections(user, on=timezone.localdate()),
        "form": more.pop("form", None) or forms.PreferencesForm(initial=own),
        "token_form": more.pop("token_form", None) or forms.ApiTokenForm(user=user),
        "sessions": selectors.sessions_of(user, now=timezone.now()),
        "this_session": SessionStore.name_of(request.session.session_key or ""),
        "token_since": token_since,
        "token_until": services.token_until(token_since) if token_since else None,
        **more,
    }
    sent_back = any(one.errors for one in (context["form"], context["token_form"]))
    return render(request, "accounts/me.html", context, status=422 if sent_back else 200)


@login_not_required
@require_POST
def guest_language(request: HttpRequest) -> HttpResponse:
    """The language before sign-in: a cookie, since there's nobody yet to remember it for."""
    form = forms.PreferencesForm(request.POST)
    response = HttpResponseRedirect(_safe_next(request) or reverse(settings.LOGIN_URL))
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
    """Where the form wants to go back to: a path of this site, or nothing."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else ""
