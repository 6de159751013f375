"""What is answered where no view did: a page to people, a problem to programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from core.api import problems


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if problems.is_api(request):
        return problems.answer(request, 400)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if problems.is_api(request):
        return problems.answer(request, 404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if problems.is_api(request):
        return problems.answer(request, 500)
    return defaults.server_error(request)
