"""What the measured server has besides the program's own pages: the floor, and the SQL in a header."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config import urls
from schools.models import Area

FLOOR, INSIDE = "/bench/floor/", "/bench/inside/"
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500


def floor(request: HttpRequest) -> HttpResponse:
    """One indexed query and a small template: less can't be called a page."""
    return render(request, "bench/floor.html", {"area": Area.objects.get(code="529999")})


urlpatterns = [path(INSIDE[1:], floor), *urls.urlpatterns]


class ClockMiddleware:
    """The outermost one. The floor goes by all the others; every other answer tells its statements."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = _Asked()
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(asked))
            response = floor(request) if request.path == FLOOR else self._get_response(request)
        response["Server-Timing"] = f'sql;dur={asked.seconds * 1000:.2f};desc="{asked.number}"'
        return response


class _Asked:
    """Counts statements and their time, as the program waits for them."""

    def __init__(self) -> None:
        self.number, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, *rest)
        finally:
            self.number += 1
            self.seconds += time.perf_counter() - started
