"""Today and the child page."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from students import access, registry
from students.services import printing, reading


@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """What needs me: each app's block, in order."""
    now = timezone.now()
    panels = registry.panels(request.user, now=now)
    return render(request, "students/today.html", {"panels": panels, "now": now})


@require_safe
def detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The child page; "Earlier" fetches the next page of the chronology."""
    now = timezone.now()
    student = access.get_student_or_404(
        request.user, public_id, Perm.STUDENT_VIEW, on=timezone.localdate(now)
    )
    kind = request.GET.get("kind", "")
    entries, next_cursor = registry.chronology(
        request.user, student, now=now, cursor=request.GET.get("cursor"), kind=kind
    )
    context = {"student": student, "entries": entries, "next_cursor": next_cursor, "kind": kind}
    if htmx.target(request) == "chronology-more":
        return render(request, "students/_chronology.html", context)
    context["page"] = reading.open_child(student=student, by=request.user, now=now)
    context["sources"] = registry.sources(request.user, student, now=now)
    return render(request, "students/detail.html", context)


@require_safe
def on_paper(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The child's file on A4: what this person may see, for the cupboard with the lock."""
    now = timezone.now()
    student = access.get_student_or_404(
        request.user, public_id, Perm.STUDENT_VIEW, on=timezone.localdate(now)
    )
    file = printing.child_file(student=student, by=request.user, now=now)
    return render(request, "students/print.html", {"file": file, "student": student, "title": student.name})
