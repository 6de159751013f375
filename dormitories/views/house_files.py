"""Houses from a sheet of rooms: choose it, look at what it would do, confirm."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import cells, htmx
from dormitories import access, house_sheet
from dormitories.forms.houses import HouseFileForm
from dormitories.selectors import house_files as file_selectors
from dormitories.services import house_files
from schools import access as school_access


@require_http_methods(["GET", "POST"])
def upload(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Choose a sheet; nothing is set up before somebody confirms."""
    now = timezone.now()
    school = school_access.get_school_or_404(
        request.user, school_id, Perm.DORM_MANAGE, on=timezone.localdate(now)
    )
    form = HouseFileForm(request.POST, request.FILES) if request.method == "POST" else HouseFileForm()
    if request.method == "POST" and form.is_valid():
        try:
            content, name = form.cleaned_data["file"], form.file_name
            file = house_files.read_file(
                school=school, content=content, file_name=name, by=request.user, now=now
            )
        except house_sheet.FileRefused as refusal:
            form.add_error("file", file_selectors.say_refusal(refusal))
        else:
            return redirect("dormitories:house_file", file.public_id)
    context: dict[str, Any] = {"form": form, "school": school, "columns": _columns()}
    return render(request, "dormitories/house_upload.html", context, status=422 if form.errors else 200)


def _columns() -> list[tuple[str, bool]]:
    return [(names[0], key in house_sheet.REQUIRED) for key, names in house_sheet.COLUMNS.items()]


@require_safe
def pattern(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """An empty sheet with the right columns."""
    school_access.get_school_or_404(request.user, school_id, Perm.DORM_MANAGE, on=timezone.localdate())
    example = ["1号楼", "女", 3, "302", 8, 3, 4, "否", "否", 26]
    sheet = cells.Sheet(_("Rooms"), [name for name, _needed in _columns()], [example])
    response = HttpResponse(cells.write_xlsx([sheet]), content_type=cells.XLSX)
    response["Content-Disposition"] = 'attachment; filename="rooms.xlsx"'
    return response


@require_safe
def detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the sheet would do, row by row."""
    file = access.get_file_or_404(request.user, public_id, on=timezone.localdate())
    context = {"file": file, "page": file_selectors.file_page(file)}
    return render(request, "dormitories/house_file.html", context)


@require_POST
def confirm(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Yes: set them up."""
    now = timezone.now()
    file = access.get_file_or_404(request.user, public_id, on=timezone.localdate(now))
    try:
        made = house_files.confirm_file(file=file, by=request.user, now=now)
    except house_files.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.WARNING)
        return redirect("dormitories:house_file", file.public_id)
    htmx.toast(request, ngettext("%(n)d room is set up.", "%(n)d rooms are set up.", made) % {"n": made})
    return redirect("dormitories:houses")
