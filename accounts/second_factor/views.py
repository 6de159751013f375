"""Pages of the second factor: proving it, and setting it up."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime

from allauth.account.internal import stagekit
from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.second_factor import forms, passkeys, seeds, selectors, services, totp, tries
from accounts.second_factor import sheet as sheets
from accounts.second_factor.stages import CodeStage
from core import htmx

_SEED = "second_factor_seed"
_form = require_http_methods(["GET", "HEAD", "POST"])


# --- proving ----------------------------------------------------------------------------------


@sensitive_post_parameters("code", "credential")
@_form
@login_stage_required(stage=CodeStage.key, redirect_urlname="account_login")
def authenticate(request: HttpRequest) -> HttpResponse:
    """After the password: the code, the passkey or the sheet."""
    stage = request._login_stage  # type: ignore[attr-defined]
    words = {"title": _("Your second factor"), "action": reverse("mfa_authenticate")}
    return _ask(request, stage.login.user, stage.exit, words)


@require_POST
@login_not_required
def cancel(request: HttpRequest) -> HttpResponse:
    """Not me: back to the name and the password."""
    stagekit.clear_login(request)
    return redirect("account_login")


@sensitive_post_parameters("code", "credential")
@_form
def again(request: SignedInRequest) -> HttpResponse:
    """The factor once more, and then back: see accounts.step_up."""
    back = _back(request)
    if not selectors.has_any(request.user):
        return redirect(_with_back("mfa_index", back))

    def done() -> HttpResponse:
        request.session.cycle_key()  # a new proof, a new cookie (ASVS 5.0.0 V7.2.4)
        return redirect(back or "/")

    words = {"title": _("Your second factor again"), "action": reverse("mfa_step_up"), "next": back}
    return _ask(request, request.user, done, words)


def _ask(
    request: HttpRequest, user: User, done: Callable[[], HttpResponse], words: dict[str, str]
) -> HttpResponse:
    now = timezone.now()
    only_app = not selectors.has_sheet(user)
    form = forms.CodeForm(request.POST if "code" in request.POST else None, only_app=only_app)
    problem = ""
    if request.method == "POST":
        kind, problem = _prove(request, user, form, now)
        if kind:
            step_up.mark(request, now=now, kind=kind, user=user)
            return done()
    demo_code = selectors.demo_code(user, now=now) if settings.SHOW_DEMO_CODES else ""
    if demo_code:
        form = forms.CodeForm(initial={"code": demo_code}, only_app=only_app)
    context = {
        **words,
        "form": form,
        "problem": problem,
        "demo_code": demo_code,
        "has_codes": selectors.has_codes(user),
        "has_sheet": not only_app,
        "question": _question(request, user),
    }
    return render(request, "mfa/prove.html", context, status=422 if request.method == "POST" else 200)


def _prove(request: HttpRequest, user: User, form: forms.CodeForm, now: datetime) -> tuple[str, str]:
    """The kind of factor that was proven, or what went wrong."""
    if "credential" in request.POST:
        return _prove_passkey(request, user, now)
    if not form.is_valid():
        return "", _("Type the code.") if not form.is_bound else ""
    code = form.cleaned_data["code"]
    guessable = not sheets.is_code(sheets.read(code))
    if not tries.take(request, user, guessable=guessable, now=now):
        return "", _("Too many wrong tries. Wait five minutes, then try again.")
    try:
        kind = services.use_code(user=user, code=code, now=now)
    except services.WrongCodeError as error:
        return "", str(error)
    tries.forgive(request, user, guessable=guessable)
    return kind, ""


def _prove_passkey(request: HttpRequest, user: User, now: datetime) -> tuple[str, str]:
    form = forms.PasskeyForm(request.POST)
    try:
        if not form.is_valid():
            raise passkeys.BadPasskeyError
        factor = passkeys.check(user, form.cleaned_data["credential"])
    except passkeys.BadPasskeyError:
        services.note_failure(user=user)
        return "", _("This passkey didn't work.")
    return services.use_passkey(factor=factor, now=now), ""


def _question(request: HttpRequest, user: User) -> str | None:
    """What the browser asks a passkey, where there is one to ask."""
    if not selectors.has_passkey(user) or not passkeys.possible(request):
        return None
    return passkeys.ask(user)


# --- setting up -------------------------------------------------------------------------------


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The three ways, what I have of them, and what my role needs."""
    return _index(request)


def _index(request: SignedInRequest, *, problem: str = "") -> HttpResponse:
    on = timezone.localdate()
    enough = selectors.sheet_is_enough(request.user, on=on)
    proven = step_up.proven(request)
    waiting = not (proven in step_up.STRONG or (proven and enough))
    context = {
        "title": _("Your second factor"),
        "layout": "base_entrance.html" if waiting else "base.html",
        "waiting": waiting,
        "factors": selectors.factors(request.user),
        "sheet_is_enough": enough,
        "passkeys_possible": passkeys.possible(request),
        "back": urlencode({"next": _back(request)}) if _back(request) else "",
        "problem": problem,
    }
    return render(request, "mfa/index.html", context, status=422 if problem else 200)


@sensitive_post_parameters("code")
@_form
def app(request: SignedInRequest) -> HttpResponse:
    """An app: scan the picture, type the code it shows."""
    if not _may_change(request):
        return step_up.door(request)
    now = timezone.now()
    seed = _seed(request)
    form = forms.CodeForm(request.POST if request.method == "POST" else None, only_app=True)
    if request.method == "POST" and form.is_valid():
        code = sheets.read(form.cleaned_data["code"])
        try:
            services.add_app(user=request.user, seed=seed, code=code, by=request.user, now=now)
        except services.WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            request.session.pop(_SEED, None)
            return _added(request, kind=step_up.TOTP, now=now)
    url = get_adapter().build_totp_url(request.user, seed)
    picture = base64.b64encode(get_adapter().build_totp_svg(url).encode()).decode()
    context = {
        "title": _("An app on your telephone"),
        "form": form,
        "picture": f"data:image/svg+xml;base64,{picture}",
        "seed": " ".join(seed[place : place + 4] for place in range(0, len(seed), 4)),
        "next": _back(request),
    }
    return render(request, "mfa/app.html", context, status=422 if form.errors else 200)


def _seed(request: SignedInRequest) -> str:
    """The seed being set up, new with each visit; it rests in the session closed like the kept ones."""
    place = selectors.place_of(request.user.pk)
    kept = request.session.get(_SEED)
    if request.method == "POST" and kept:
        return seeds.open_(kept, bound_to=place)
    seed = totp.new_seed()
    request.session[_SEED] = seeds.close(seed, bound_to=place)
    return seed


@sensitive_post_parameters("credential")
@_form
def passkey(request: SignedInRequest) -> HttpResponse:
    """A passkey: the telephone's or computer's own lock, or a security key."""
    if not _may_change(request):
        return step_up.door(request)
    now = timezone.now()
    form = forms.NewPasskeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            passkeys.check_added(form.cleaned_data["credential"])
            services.add_passkey(user=request.user, by=request.user, now=now, **form.cleaned_data)
        except (passkeys.BadPasskeyError, services.RefusedError) as error:
            form.add_error(None, str(error) or _("This passkey didn't work."))
        else:
            return _added(request, kind=step_up.PASSKEY, now=now)
    context = {
        "title": _("A passkey"),
        "form": form,
        "question": passkeys.ask_to_add(request.user) if passkeys.possible(request) else None,
        "next": _back(request),
    }
    return render(request, "mfa/passkey.html", context, status=422 if form.errors else 200)


@_form
def sheet(request: SignedInRequest) -> HttpResponse:
    """A printed sheet. GET explains, POST makes one: its page is the only place where the codes stand."""
    if not _may_change(request):
        return step_up.door(request)
    if request.method != "POST":
        explained = {
            "title": _("A printed sheet of codes"),
            "next": _back(request),
            "has_sheet": selectors.has_sheet(request.user),
        }
        return render(request, "mfa/sheet.html", explained)
    try:
        codes = services.print_sheet(user=request.user, by=request.user, now=timezone.now())
    except services.RefusedError as refusal:
        return _index(request, problem=str(refusal))
    proven = bool(step_up.proven(request))
    go_on = _back(request) or reverse("mfa_index")
    context = {
        "title": _("Your codes"),
        "person": request.user,
        "codes": [sheets.shown(code) for code in codes],
        "back": go_on if proven else step_up.url(request, _back(request) or "/"),
        "is_first": not proven,
    }
    return render(request, "mfa/sheet_print.html", context)


@require_POST
@step_up.required
def remove(request: SignedInRequest) -> HttpResponse:
    """Take away one of my factors; which, stands in the form."""
    number = request.POST.get("factor", "")
    factor = selectors.one_of(request.user, int(number)) if number.isascii() and number.isdigit() else None
    if factor is None:
        return _index(request, problem=_("This one isn't there any more."))
    try:
        services.remove(user=request.user, factor=factor, by=request.user, now=timezone.now())
    except services.RefusedError as refusal:
        return _index(request, problem=str(refusal))
    htmx.toast(request, _("It is removed."))
    return redirect("mfa_index")


def _may_change(request: SignedInRequest) -> bool:
    """The first factor needs the password just given; any other needs the one there is, proven just now."""
    return step_up.is_fresh(request) or not selectors.has_factor(request.user)


def _added(request: SignedInRequest, *, kind: str, now: datetime) -> HttpResponse:
    was_waiting = step_up.proven(request) not in step_up.STRONG
    step_up.mark(request, now=now, kind=kind)
    request.session.cycle_key()
    htmx.toast(request, _("Your second factor is set up."))
    return redirect(_back(request) or ("/" if was_waiting else "mfa_index"))


def _back(request: HttpRequest) -> str:
    """Where to go afterwards: a path of this site, or ""."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else ""


def _with_back(name: str, back: str) -> str:
    return reverse(name) + (f"?{urlencode({'next': back})}" if back else "")
