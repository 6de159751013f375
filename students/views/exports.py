"""Taking the list of children away: choose, then fetch the file within a day."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from core import exports, htmx
from core.models import Export
from students import access
from students.forms.export import ExportForm
from students.selectors import export as export_selectors
from students.services import exports as export_services

_REFUSED = {
    "nothing": ("school_class", gettext_lazy("Nobody is in it today.")),
    "too-many": ("school_class", gettext_lazy("That is too much for one file: choose a class.")),
    "passphrase-needed": ("passphrase", gettext_lazy("Identity numbers leave only with a passphrase.")),
}


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """What to take away; who may not hears so before being asked for the second factor."""
    access.require_exporting(request.user, on=timezone.localdate())
    return _new(request)


@step_up.required
def _new(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    choices = {
        "schools": export_selectors.schools(request.user, on=on),
        "classes": export_selectors.classes(request.user, on=on),
        "parts": export_selectors.parts(request.user, on=on),
    }
    form = ExportForm(request.POST if request.method == "POST" else None, **choices)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = export_services.export_children(
                school=form.school,
                school_class=data["school_class"],
                parts=data.get("parts", []),
                file_format=data["file_format"],
                passphrase=data["passphrase"],
                by=request.user,
                now=now,
            )
        except export_services.ExportRefused as refusal:
            form.add_error(*_REFUSED[refusal.code])
        else:
            return redirect("students:export_detail", made.public_id)
    context = {"form": form, "nobody": not choices["schools"]}
    return render(request, "students/export_new.html", context, status=422 if form.errors else 200)


@require_safe
def detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file, and until when it is there."""
    export = access.get_export_or_404(request.user, public_id, now=timezone.now())
    return render(request, "students/export.html", {"export": export})


@require_safe
def file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file itself."""
    export = access.get_export_or_404(request.user, public_id, now=timezone.now())
    return _file(request, export)


@step_up.required
def _file(request: SignedInRequest, export: Export) -> HttpResponse:
    content = exports.take(export=export, by=request.user)
    response = HttpResponse(content, content_type=export.media_type)
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    return response


@require_POST
def remove(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Fetched: it needn't wait for its day to end."""
    export = access.get_export_or_404(request.user, public_id, now=timezone.now())
    exports.remove(export=export, by=request.user)
    htmx.toast(request, _("The file is deleted."))
    return redirect("students:list")
