"""The finder: a page of its own, and the live answer under the field at the top of every page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from schools import access as school_access
from students import access
from students.services import reading

LONGEST_SHOWN = 100


@require_http_methods(["GET", "POST"])
def find(request: SignedInRequest) -> HttpResponse:
    """What was typed comes by POST: a name or a telephone number has no place in an address or a log."""
    today = timezone.localdate()
    access.require_finding(request.user, on=today)
    typed = request.POST.get("q", "")
    live = htmx.target(request) == "finder-results"
    answer = reading.search(text=typed, by=request.user, on=today, live=live)
    context = {"answer": answer, "finder_query": typed[:LONGEST_SHOWN], "asked": bool(typed.strip())}
    context["may_break_glass"] = school_access.holds(request.user, Perm.EMERGENCY_OPEN, on=today)
    return render(request, "students/_finder_results.html" if live else "students/finder.html", context)
