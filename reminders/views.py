"""The bell, and the page of what wasn't delivered."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from reminders import access, selectors, services
from reminders.forms import ReadUntilForm, ResolveForm

KIND_LABELS = {
    "uncertain": gettext_lazy("Uncertain"),
    "failed": gettext_lazy("Failed"),
    "overdue": gettext_lazy("Overdue"),
}


@require_GET
def bell(request: SignedInRequest) -> HttpResponse:
    """My reminders that are due."""
    now = timezone.now()
    page = selectors.bell_page(request.user, now=now, cursor=request.GET.get("cursor"))
    return render(request, "reminders/bell.html", {"page": page, "now": now})


@require_http_methods(["GET", "POST"])
def open_reminder(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """On to the page it is about; its bell is read now. GET too, since mails hold links, not forms."""
    reminder = access.get_own_or_404(request.user, public_id)
    services.mark_read(reminder, by=request.user, now=timezone.now())
    return redirect(reminder.url_path)


@require_POST
def mark_all_read(request: SignedInRequest) -> HttpResponse:
    """All that the page showed; a form without its moment changes nothing and says so."""
    form = ReadUntilForm(request.POST)
    if form.is_valid():
        services.mark_all_read(by=request.user, until=form.cleaned_data["until"], now=timezone.now())
    else:
        messages.error(request, _("That did not work, and nothing was changed. Try again."))
    return redirect("reminders:bell")


@require_GET
def oversight(request: SignedInRequest) -> HttpResponse:
    """Messages that failed, are uncertain or overdue, in the schools this person watches over."""
    now = timezone.now()
    overseen = access.overseen(request.user, on=timezone.localdate(now))
    kind = request.GET.get("kind", "")
    kind = kind if kind in selectors.KINDS else selectors.KINDS[0]
    found = selectors.oversight(overseen, kind, now=now, cursor=request.GET.get("cursor"))
    tabs = [
        {
            "label": KIND_LABELS[trouble.kind],
            "url": f"?kind={trouble.kind}",
            "current": trouble.kind == kind,
            "count": trouble.count,
        }
        for trouble in found.troubles
    ]
    context = {"page": found.page, "oldest": found.oldest(kind), "tabs": tabs, "kind": kind}
    return render(request, "reminders/oversight.html", context)


@require_GET
def sent_outside(request: SignedInRequest) -> HttpResponse:
    """The delivery log of messages to parents, in the schools this person watches over."""
    overseen = access.overseen(request.user, on=timezone.localdate(timezone.now()))
    page = selectors.sent_outside(overseen, cursor=request.GET.get("cursor"))
    return render(request, "reminders/outside.html", {"page": page})


@require_POST
def resolve(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What somebody found out about one message, or that it shall be sent again."""
    now = timezone.now()
    reminder = access.get_overseen_or_404(request.user, public_id, on=timezone.localdate(now))
    form = ResolveForm(request.POST)
    back = f"{reverse('reminders:oversight')}?kind={reminder.state}"
    if not form.is_valid():
        messages.error(request, _("Choose what happened."))
        return redirect(back)
    outcome = services.Outcome(form.cleaned_data["outcome"])
    try:
        services.resolve(reminder, outcome=outcome, by=request.user, now=now)
        messages.success(request, _("Noted: %(outcome)s.") % {"outcome": outcome.label})
    except services.NothingToResolveError:
        messages.info(request, _("Somebody was quicker, or it is no longer needed: nothing was changed."))
    return redirect(back)
