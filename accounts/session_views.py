"""Where I am signed in, and how long this session lasts."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.http import SignedInRequest
from accounts.session_middleware import seconds_left
from core import htmx

# Asked by a page a moment before the end: less than this is the end.
_MOMENT = 2


@login_not_required
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """How many seconds are left. Asked as somebody's doing, it makes them all anew; in the background not."""
    return JsonResponse({"left": seconds_left(request, timezone.now())})


@login_not_required
@require_safe
def over(request: HttpRequest) -> HttpResponse:
    """Where a page goes when its time is up: to the sign-in, and from there back to where it was.

    Nothing happens to a session that is still in use, in another tab for instance.
    """
    back = _own_path(request)
    if seconds_left(request, timezone.now()) > _MOMENT:
        return redirect(back)
    logout(request)
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back, 'why': 'idle'})}")


@require_POST
def end(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """End one of my sessions; nobody else's exists here."""
    found = selectors.session_of(request.user, public_id)
    if found is None:
        raise Http404
    services.end_session(session=found, by=request.user)
    htmx.toast(request, _("Signed out there."))
    return redirect("accounts:me")


@require_POST
def end_others(request: SignedInRequest) -> HttpResponse:
    """End all my sessions but this one."""
    keep = request.session.session_key or ""
    ended = services.end_other_sessions(user=request.user, by=request.user, keep_session=keep)
    htmx.toast(
        request, ngettext("Signed out in one place.", "Signed out in %(n)d places.", ended) % {"n": ended}
    )
    return redirect("accounts:me")


def _own_path(request: HttpRequest) -> str:
    """A path of this site, or its first page."""
    path = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe and path.startswith("/") and "\x00" not in path else "/"
