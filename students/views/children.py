"""The list of children."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from schools import access as school_access
from students import access
from students.models import Student
from students.selectors import children as child_selectors


@require_safe
def children(request: SignedInRequest) -> HttpResponse:
    """My pupils, by class and boarding; the address holds no name."""
    today = timezone.localdate()
    access.require_finding(request.user, on=today)
    found = child_selectors.children(
        request.user,
        on=today,
        class_id=request.GET.get("class", ""),
        boarding=request.GET.get("boarding", ""),
        cursor=request.GET.get("cursor"),
    )
    context = {
        "found": found,
        "boarding_choices": Student.Boarding.choices,
        "may_add": school_access.holds(request.user, Perm.STUDENT_EDIT, on=today),
        "may_export": school_access.holds(request.user, Perm.STUDENT_EXPORT, on=today),
    }
    return render(request, "students/list.html", context)
