"""Pages without a domain: health, what a refused form says, and what browsers report."""

from __future__ import annotations

import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

_log = logging.getLogger(__name__)
_LONGEST_REPORT = 16 * 1024
_MOST_REPORTS = 200  # different ones in the life of a process: whoever sends made-up ones can't fill the log
_told: set[tuple[str, str, str]] = set()


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve: it answers and reaches the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came back too old: say so, and that the draft is safe, instead of a bare 403."""
    return render(request, "403_csrf.html", status=403)


@csrf_exempt  # a browser sends it by itself, without a token
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """What a browser kept a page of ours from doing (ASVS 5.0.0 V3.4.7): noted without a word about a person.

    Kept are the directive, the other side's host and the name of our page, never an address.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > _LONGEST_REPORT:
        return HttpResponse(status=413)
    try:
        report = json.loads(request.body)["csp-report"]
        said = _directive(report), _other_side(report), _page_name(report)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return HttpResponse(status=400)
    if said not in _told and len(_told) < _MOST_REPORTS:
        _told.add(said)
        _log.warning("The content policy stopped %s from %s on %s", *said)
    return HttpResponse(status=204)


def _directive(report: dict[str, Any]) -> str:
    name = report.get("effective-directive") or report["violated-directive"]
    return name if re.fullmatch(r"[a-z-]{1,40}", name) else "something"


def _other_side(report: dict[str, Any]) -> str:
    blocked = report.get("blocked-uri", "")
    if re.fullmatch(r"[a-z-]{1,30}", blocked):
        return blocked  # "inline", "eval", "data"
    host = urlsplit(blocked).hostname or ""
    return host if re.fullmatch(r"[a-z0-9.-]{1,80}", host) else "elsewhere"


def _page_name(report: dict[str, Any]) -> str:
    try:
        return resolve(urlsplit(report["document-uri"]).path).view_name
    except Resolver404:
        return "no page of ours"


@login_not_required
@never_cache
@require_safe
def hide(request: HttpRequest) -> HttpResponse:
    """Quick hide: a page of any lesson. It says nothing of the program, and one tap leads back to Today."""
    rows = [[f"{a} × {b} = {a * b}" for a in range(1, b + 1)] for b in range(1, 10)]
    return render(request, "hide.html", {"rows": rows})
