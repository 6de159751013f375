"""The district page: on the screen, on paper, as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import cells
from dashboards import access
from dashboards.indicators import INDICATORS, PUBLISHED
from dashboards.selectors import district as selectors
from dashboards.services import exporting
from schools.models import Area


def _week(given: Any) -> date | None:
    """A day of the week asked for; what is no day asks for none."""
    try:
        return parse_date(str(given or ""))
    except ValueError:
        return None


@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """The area that I answer for."""
    return _page(
        request, access.get_own_area_or_403(request.user, Perm.DISTRICT_VIEW, on=timezone.localdate())
    )


@require_safe
def area(request: SignedInRequest, code: str) -> HttpResponse:
    """An area below mine."""
    return _page(
        request, access.get_area_or_404(request.user, code, Perm.DISTRICT_VIEW, on=timezone.localdate())
    )


def _page(request: SignedInRequest, area: Area) -> HttpResponse:
    page = selectors.district_page(
        area,
        week=_week(request.GET.get("week")),
        indicator=request.GET.get("indicator", ""),
        cursor=request.GET.get("cursor"),
        on=timezone.localdate(),
    )
    return render(
        request, "dashboards/district.html", {"district": page, "page": page.page, "title": area.name}
    )


@require_safe
def on_paper(request: SignedInRequest, code: str) -> HttpResponse:
    """The week on A4: every school, without menus."""
    on = timezone.localdate()
    found = access.get_area_or_404(request.user, code, Perm.DISTRICT_VIEW, on=on)
    sheet = selectors.sheet(found, week=_week(request.GET.get("week")), on=on)
    return render(
        request,
        "dashboards/print.html",
        {"sheet": sheet, "title": found.name, "printed_by": request.user.name},
    )


@require_POST
def export(request: SignedInRequest, code: str) -> HttpResponse:
    """The week as a workbook."""
    on = timezone.localdate()
    found = access.get_area_or_404(request.user, code, Perm.DISTRICT_VIEW, on=on)
    week = selectors.latest_week(found, week=_week(request.POST.get("week")), on=on)
    return as_file(exporting.district_file(area=found, week=week, by=request.user), f"district-{code}-{week}")


def as_file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=cells.XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@require_safe
def definitions(request: SignedInRequest) -> HttpResponse:
    """What each indicator counts, of whom, and who asks for it."""
    access.get_own_area_or_403(request.user, Perm.DISTRICT_VIEW, on=timezone.localdate())
    return render(request, "dashboards/definitions.html", {"indicators": [*INDICATORS, *PUBLISHED]})
