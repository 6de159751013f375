"""Published statistics, and what an officer does for them."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from dashboards import access, forms
from dashboards.models import StatutoryReturn
from dashboards.selectors import officer
from dashboards.selectors import statistics as selectors
from dashboards.services import exporting, releases, returns
from dashboards.services.errors import RefusedError
from dashboards.views.district import as_file
from schools import access as school_access

_MONTHS = 24


@require_safe
def published(request: SignedInRequest) -> HttpResponse:
    """The months that are published for my areas."""
    on = timezone.localdate()
    access.get_own_area_or_403(request.user, Perm.DISTRICT_VIEW, on=on)
    context = {
        "page": officer.releases_page(request.user, on=on, cursor=request.GET.get("cursor")),
        "may_release": school_access.holds(request.user, Perm.STATISTICS_RELEASE, on=on),
        "may_return": school_access.holds(request.user, Perm.STATUTORY_RETURN, on=on),
    }
    return render(request, "dashboards/published.html", context)


@require_safe
def release(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The tables of one month."""
    found = access.get_release_or_404(request.user, public_id, on=timezone.localdate())
    grouped = selectors.by_definition(selectors.release_tables(found))
    return render(request, "dashboards/release.html", {"release": found, "definitions": grouped})


@require_POST
def export(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The same numbers as a workbook."""
    found = access.get_release_or_404(request.user, public_id, on=timezone.localdate())
    return as_file(
        exporting.statistics_file(release=found, by=request.user), f"statistics-{found.period:%Y-%m}"
    )


@require_http_methods(["GET", "POST"])
def ask_release(request: SignedInRequest) -> HttpResponse:
    """Have a closed month checked and published."""
    now = timezone.now()
    on = timezone.localdate(now)
    access.get_own_area_or_403(request.user, Perm.STATISTICS_RELEASE, on=on)
    areas = officer.areas(request.user, Perm.STATISTICS_RELEASE, on=on)
    form = forms.ReleaseForm(
        request.POST if request.method == "POST" else None,
        areas=areas,
        months=releases.closed_months(_MONTHS, on=on),
    )
    if request.method == "POST" and form.is_valid():
        try:
            releases.ask(**form.cleaned_data, by=request.user, now=now)
        except RefusedError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            htmx.toast(request, _("The numbers are being checked. This takes a few minutes."))
            return redirect("dashboards:published")
    status = 422 if form.errors else 200
    return render(request, "dashboards/ask_release.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def own_returns(request: SignedInRequest) -> HttpResponse:
    """My returns, and the form for another; with the second factor, since exact counts leave here."""
    access.get_own_area_or_403(request.user, Perm.STATUTORY_RETURN, on=timezone.localdate())
    return _own_returns(request)


@step_up.required
def _own_returns(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    areas = officer.areas(request.user, Perm.STATUTORY_RETURN, on=on)
    form = forms.ReturnForm(
        request.POST if request.method == "POST" else None, areas=areas, initial={"counted_on": on}
    )
    if request.method == "POST" and form.is_valid():
        try:
            returns.ask(**form.cleaned_data, by=request.user, now=now)
        except RefusedError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            htmx.toast(request, _("The return is being drawn up. Your name stands beside it in the trail."))
            return redirect("dashboards:returns")
    page = officer.returns_page(request.user, on=on, cursor=request.GET.get("cursor"))
    context = {"form": form, "page": page}
    return render(request, "dashboards/returns.html", context, status=422 if form.errors else 200)


@require_POST
def return_file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file of a return of mine."""
    found = access.get_return_or_404(request.user, public_id, on=timezone.localdate())
    return _return_file(request, found)


@step_up.required
def _return_file(request: SignedInRequest, found: StatutoryReturn) -> HttpResponse:
    try:
        content = returns.take(found=found, by=request.user)
    except RefusedError as refusal:
        htmx.toast(request, str(refusal))
        return redirect("dashboards:returns")
    return as_file(content, f"return-{found.counted_on}")
