"""What a view says to a page that asked by htmx, so that views stay one domain call long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect as plain_redirect
from django.template.loader import render_to_string


def asked(request: HttpRequest) -> bool:
    """Whether this request wants a fragment; going back in history wants the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def target(request: HttpRequest) -> str:
    """The id of the element the answer goes into, e.g. "dialog-body" or "finder-results"."""
    return request.headers.get("HX-Target", "") if asked(request) else ""


def redirect(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Leave for another page: HX-Redirect for htmx, which would swap a plain redirect in place."""
    response = plain_redirect(to, *args, **kwargs)
    if not asked(request):
        return response
    return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})


def toast(request: HttpRequest, text: Any, *, undo_url: str = "", level: int = messages.SUCCESS) -> None:
    """A short message after an action; with `undo_url` it offers "Undo" (a POST) for ten seconds."""
    messages.add_message(request, level, text, extra_tags=f"undo:{undo_url}" if undo_url else "")


class ToastMiddleware:
    """Messages set while answering htmx travel with that answer, as an out-of-band piece of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not asked(request) or response.streaming or response.status_code not in (200, 422):
            return response
        if "HX-Redirect" in response or not response.get("Content-Type", "").startswith("text/html"):
            return response
        if waiting := list(messages.get_messages(request)):
            response.content += render_to_string(
                "components/toasts_oob.html", {"messages": waiting}, request
            ).encode()
        return response
