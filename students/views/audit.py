"""Who looked at a child's record, and the weekly list of unusual looks."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import asked
from schools import access as school_access
from students import access
from students.selectors import audit as looks


@require_safe
def who_looked(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who opened this child's page, printed it or read restricted entries, when and why they could."""
    student = access.get_student_or_404(request.user, public_id, Perm.AUDIT_READ, on=timezone.localdate())
    if not step_up.is_fresh(request):
        return step_up.door(request)
    lines, page = looks.looks_at(student, cursor=request.GET.get("cursor"))
    context = {"student": student, "lines": lines, "page": page, "title": _("Who looked?")}
    return render(request, "students/who_looked.html", context)


@require_safe
def own_unusual_reads(request: SignedInRequest) -> HttpResponse:
    """The list of the school that I answer for."""
    school = school_access.get_own_school_or_403(request.user, Perm.AUDIT_READ, on=timezone.localdate())
    return redirect("students:unusual_reads", school.public_id)


@require_safe
def unusual_reads(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """The looks of one week that a rule names; each says which."""
    on = timezone.localdate()
    school = school_access.get_school_or_404(request.user, school_id, Perm.AUDIT_READ, on=on)
    since, until = looks.week_of(asked.day(request, "week") or on)
    context = {
        "school": school,
        "found": looks.unusual_reads(school, since=since, until=until),
        "since": timezone.localdate(since),
        "before": timezone.localdate(since) - timedelta(days=7),
        "after": timezone.localdate(until) if timezone.localdate(until) <= on else None,
        "rules": looks.RULES.values(),
        "title": _("Unusual reads"),
    }
    return render(request, "students/unusual_reads.html", context)
