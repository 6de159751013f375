"""The audit trail of a school: what people did and looked at, and which rows changed."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import cells
from schools import access, forms, selectors, services
from schools.models import School
from schools.selectors import audit as trail
from schools.selectors.audit import Wanted


@require_safe
def own_audit(request: SignedInRequest) -> HttpResponse:
    """The trail of the school that I answer for: what the menu leads to."""
    school = access.get_own_school_or_403(request.user, Perm.AUDIT_READ, on=timezone.localdate())
    return redirect("schools:school_audit", school.public_id)


@require_safe
def events(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """What was done and looked at, the newest first."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.AUDIT_READ, on=on)
    form = _form(request.GET, school)
    return _events_page(request, school, form, status=200 if form.is_valid() else 422)


def _form(data: Any, school: School) -> forms.AuditForm:
    return forms.AuditForm(data, people=selectors.people_of(school, on=timezone.localdate()))


def _wanted(form: forms.AuditForm) -> Wanted:
    return Wanted(**form.cleaned_data) if form.is_valid() else Wanted()


def _events_page(
    request: SignedInRequest, school: School, form: forms.AuditForm, *, status: int
) -> HttpResponse:
    lines, page = trail.events(school, _wanted(form), cursor=request.GET.get("cursor"))
    context = {"lines": lines, "page": page, "form": form, **_frame(school, "school_audit")}
    return render(request, "schools/audit.html", context, status=status)


def _frame(school: School, name: str) -> dict[str, Any]:
    tabs = [("school_audit", _("What people did")), ("school_audit_changes", _("What changed"))]
    return {
        "school": school,
        "title": _("Who did what"),
        "here": reverse(f"schools:{name}", args=[school.public_id]),
        "tabs": [
            {
                "label": label,
                "url": reverse(f"schools:{one}", args=[school.public_id]),
                "current": one == name,
            }
            for one, label in tabs
        ],
    }


@require_safe
def changes(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Which rows changed, as the database itself noted it."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.AUDIT_READ, on=on)
    form = _form(request.GET, school)
    lines, page = trail.changes(school, _wanted(form), cursor=request.GET.get("cursor"))
    context = {"lines": lines, "page": page, "form": form, **_frame(school, "school_audit_changes")}
    return render(request, "schools/audit_changes.html", context, status=200 if form.is_valid() else 422)


@require_POST
def export(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """The events that the page was asked for, as a file of at most a year."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.AUDIT_READ, on=on)
    return _export(request, school)


@step_up.required
def _export(request: SignedInRequest, school: School) -> HttpResponse:
    form = _form(request.POST, school)
    if not form.is_valid():
        return _events_page(request, school, form, status=422)
    try:
        made = services.export_events(school=school, wanted=_wanted(form), by=request.user)
    except services.RefusedError as refusal:
        form.add_error(refusal.field, str(refusal))
        return _events_page(request, school, form, status=422)
    response = HttpResponse(made, content_type=cells.CSV)
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response
