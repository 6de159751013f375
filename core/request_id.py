"""A number for each request, so that what one click did can be told from what another did.

It says nothing of the person: a random UUID, told by the trail and by the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_current: ContextVar[str] = ContextVar("kiteline_request_id", default="")


def current() -> str:
    """32 hexadecimal digits, or an empty text outside a request."""
    return _current.get()


@contextmanager
def begin() -> Iterator[str]:
    """Everything inside belongs to one new request. A number sent by the browser is never taken over."""
    token = _current.set(uuid.uuid4().hex)
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class RequestIdMiddleware:
    """Begins a number for each request and tells it in the answer: support asks for it, never for a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with begin() as number:
            response = self.get_response(request)
            response["X-Request-Id"] = number
            return response
