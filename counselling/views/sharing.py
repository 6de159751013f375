"""Who can read one entry: seeing it, naming a colleague, taking that back. No page here carries its words."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from counselling import access
from counselling.forms.talks import ShareForm
from counselling.selectors import talks as talk_selectors
from counselling.services import sharing


@require_http_methods(["GET", "POST"])
def talk_readers(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who can read this entry, for those who can. POST names one more colleague."""
    now = timezone.now()
    on = timezone.localdate(now)
    find = access.get_session_or_404 if request.method == "GET" else access.get_shareable_session_or_404
    session = find(request.user, public_id, on=on)
    grants = talk_selectors.grants_of(session)
    named = {grant.user_id for grant in grants}
    nameable = talk_selectors.Audience(session.student, session.author, on).nameable
    form = ShareForm(request.POST or None, nameable=[user for user in nameable if user.pk not in named])
    if request.method == "POST" and form.is_valid():
        try:
            sharing.share(session=session, user=form.chosen(), by=request.user, now=now)
            messages.success(request, _("%(name)s can read it now.") % {"name": form.chosen().name})
            return redirect("counselling:talk_readers", session.public_id)
        except sharing.CannotShare as error:
            form.add_error("user", str(error))
    context = {
        "session": session,
        "readers": talk_selectors.readers_now(session, grants, on=on),
        "grants": grants,
        "form": form if access.may_share(request.user, session, on=on) else None,
    }
    return render(request, "counselling/talk_readers.html", context, status=422 if form.errors else 200)


@require_POST
def talk_unshare(request: SignedInRequest, public_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """Take a colleague's reading back."""
    now = timezone.now()
    session = access.get_shareable_session_or_404(request.user, public_id, on=timezone.localdate(now))
    grants = {grant.user.public_id: grant for grant in talk_selectors.grants_of(session)}
    if user_id not in grants:
        raise Http404
    user = grants[user_id].user
    try:
        sharing.unshare(session=session, user=user, by=request.user, now=now)
        messages.success(request, _("%(name)s can't read it any more.") % {"name": user.name})
    except sharing.CannotShare as error:
        messages.error(request, str(error))
    return redirect("counselling:talk_readers", session.public_id)
