"""Accepting an invitation.

The link holds a secret, and whatever answers with an error is logged with its address. So the link only
moves the token's hash into the session and leads on to an address that says nothing.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.adapter import WELCOME
from core import htmx, tenancy
from schools import forms, selectors, services
from schools.models import Membership

_SESSION_KEY = "invitation"


@login_not_required
@never_cache
@sensitive_variables("token")
@require_safe
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself; opening it uses nothing up."""
    request.session[_SESSION_KEY] = services.fingerprint(token)
    return redirect("schools:join")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "repeat")
@require_http_methods(["GET", "POST"])
@tenancy.program("invitation")
def join(request: HttpRequest) -> HttpResponse:
    """GET shows who invites to what; POST accepts, as somebody new or as who is signed in."""
    now = timezone.now()
    token_hash = request.session.get(_SESSION_KEY, "")
    invitation = selectors.open_invitation(token_hash, now=now)
    if invitation is None:
        title = _("This invitation no longer works")
        return render(request, "schools/join_gone.html", {"title": title}, status=410)
    form = forms.AcceptForm(
        request.POST if request.method == "POST" and not request.user.is_authenticated else None,
        name=invitation.name,
        initial={"username": invitation.phone or invitation.email},
    )
    context = {"invitation": invitation, "form": form, "title": _("You are invited")}
    if request.method == "POST" and (request.user.is_authenticated or form.is_valid()):
        try:
            membership = _accept(request, form, token_hash)
        except services.RefusedError as refusal:
            if refusal.field in form.fields and form.is_bound:
                form.add_error(refusal.field, str(refusal))
            else:
                context["refused"] = str(refusal)
        else:
            del request.session[_SESSION_KEY]
            return _go_on(request, membership)
    return render(request, "schools/join.html", context, status=422 if request.method == "POST" else 200)


def _accept(request: HttpRequest, form: forms.AcceptForm, token_hash: str) -> Membership:
    now = timezone.now()
    if request.user.is_authenticated:
        return services.accept_as(token_hash=token_hash, user=request.user, now=now)
    return services.accept_as_new_person(
        token_hash=token_hash,
        username=form.cleaned_data["username"],
        password=form.cleaned_data["password"],
        language=translation.get_language() or "",
        now=now,
    )


def _go_on(request: HttpRequest, membership: Membership) -> HttpResponse:
    """To the start, or first to the sign-in: there the welcome waits until somebody is there to welcome."""
    if request.user.is_authenticated:
        htmx.toast(request, _("Welcome! The role is yours."))
        return redirect("/")
    request.session[WELCOME] = membership.user_id
    htmx.toast(request, _("Your account is ready. Now sign in with it."))
    return redirect("account_login")
