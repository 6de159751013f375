"""The roster import: upload, look at the check, decide, confirm, fetch the report."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Perm
from core import cells, htmx
from schools import access as school_access
from students import access
from students.forms.roster import DecisionForm, RosterUploadForm
from students.models import RosterImport, RosterRow
from students.selectors import roster as roster_selectors
from students.selectors import roster_report, roster_words
from students.services import roster as roster_services


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Choose a file; below it, the imports so far."""
    now = timezone.now()
    schools = school_access.visible_schools(request.user, Perm.ROSTER_IMPORT, on=timezone.localdate(now))
    if not schools:
        raise PermissionDenied
    form = RosterUploadForm(request.POST or None, request.FILES or None, schools=schools)
    if request.method == "POST" and form.is_valid():
        roster = roster_services.upload_roster(
            school=form.chosen_school,
            content=form.cleaned_data["file"],
            file_name=form.file_name,
            by=request.user,
            now=now,
        )
        return redirect("students:roster_import_detail", roster.public_id)
    if request.method == "POST" and not form.is_bound:
        form = RosterUploadForm({}, {}, schools=schools)
    page = roster_selectors.recent_imports(schools, cursor=request.GET.get("cursor"))
    context = {"form": form, "page": page}
    return render(request, "students/roster/imports.html", context, status=422 if form.errors else 200)


@require_safe
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """How far it is, what the check found, or what became of it."""
    roster = access.get_roster_or_404(request.user, public_id, on=timezone.localdate())
    if htmx.target(request) == "roster-progress":
        if roster.is_busy:
            return render(request, "students/roster/_progress.html", {"roster": roster})
        return htmx.redirect(request, "students:roster_import_detail", roster.public_id)
    return render(request, "students/roster/detail.html", _detail(request, roster))


def _detail(request: HttpRequest, roster: RosterImport) -> dict[str, Any]:
    tab = request.GET.get("tab", "all")
    tab = tab if tab in roster_selectors.TABS else "all"
    context: dict[str, Any] = {"roster": roster, "tab": tab}
    if roster.state in {RosterImport.State.READY, RosterImport.State.DONE}:
        page = roster_selectors.rows_page(roster, tab=tab, cursor=request.GET.get("cursor"))
        context |= {
            "page": page,
            "rows": roster_words.shown_rows(page),
            "columns": roster_words.shown_columns(roster),
            "tabs": _tabs(roster, tab),
            "decisions": RosterRow.Decision.choices,
        }
    context["error"] = roster_words.say_file_error(roster.error)
    return context


def _tabs(roster: RosterImport, current: str) -> list[dict[str, Any]]:
    labels = {
        "all": _("All"),
        "new": _("New"),
        "updated": _("Update"),
        "unchanged": _("Unchanged"),
        "warnings": _("Warnings"),
        "refused": _("Refused"),
    }
    counts = roster_selectors.tab_counts(roster)
    return [
        {"label": label, "url": f"?tab={name}", "current": name == current, "count": counts[name]}
        for name, label in labels.items()
    ]


@require_POST
def confirm(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Yes: import it."""
    roster = access.get_roster_or_404(request.user, public_id, on=timezone.localdate())
    try:
        roster_services.confirm_roster(roster=roster, by=request.user, now=timezone.now())
    except roster_services.RosterStateError:
        messages.warning(request, _("This import isn't waiting for a confirmation."))
    return redirect("students:roster_import_detail", roster.public_id)


@require_POST
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """No: drop it."""
    roster = access.get_roster_or_404(request.user, public_id, on=timezone.localdate())
    try:
        roster_services.withdraw_roster(roster=roster, by=request.user, now=timezone.now())
    except roster_services.RosterStateError:
        messages.warning(request, _("This import can't be withdrawn now."))
        return redirect("students:roster_import_detail", roster.public_id)
    messages.success(request, _("Withdrawn; nothing was imported."))
    return redirect("students:roster_imports")


@require_POST
def decide(request: HttpRequest, public_id: uuid.UUID, number: int) -> HttpResponse:
    """Settle a row that contradicts its identity number."""
    roster = access.get_roster_or_404(request.user, public_id, on=timezone.localdate())
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose one of the answers."))
        return redirect("students:roster_import_detail", roster.public_id)
    decision = form.cleaned_data["decision"]
    try:
        roster_services.decide_row(roster=roster, number=number, decision=decision, by=request.user)
    except RosterRow.DoesNotExist:
        raise Http404 from None
    except roster_services.RosterStateError:
        messages.warning(request, _("This import isn't waiting for a decision."))
    else:
        messages.success(request, _("Row %(number)d: noted.") % {"number": number})
    response = redirect("students:roster_import_detail", roster.public_id)
    response["Location"] += "?tab=warnings"
    return response


@require_safe
def report(request: HttpRequest, public_id: uuid.UUID, kind: str) -> HttpResponse:
    """The report as a file: xlsx for people, json for programs."""
    roster = access.get_roster_or_404(request.user, public_id, on=timezone.localdate())
    if kind == "json":
        response: HttpResponse = JsonResponse(
            roster_words.report(roster), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
    elif kind == "xlsx":
        response = HttpResponse(roster_report.workbook(roster), content_type=cells.XLSX)
    else:
        raise Http404
    roster_services.note_report_download(roster=roster, by=request.user, kind=kind)
    response["Content-Disposition"] = f'attachment; filename="roster-report-{roster.public_id}.{kind}"'
    return response
