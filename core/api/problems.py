"""Errors as problem details (RFC 9457), in the person's language, telling nothing about the inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
LONGEST_NAME = 100  # of a field in a pointer: it may be the client's own invention

# status → (code for programs, title, what to do about it)
KINDS: dict[int, tuple[str, Any, Any]] = {
    400: (
        "malformed",
        gettext_lazy("The request can't be read"),
        gettext_lazy("Correct it and send it again."),
    ),
    401: (
        "not_signed_in",
        gettext_lazy("Not signed in"),
        gettext_lazy("Send a valid token, or sign in."),
    ),
    403: (
        "not_allowed",
        gettext_lazy("Not allowed"),
        gettext_lazy("You may know of this, but your role doesn't allow it."),
    ),
    404: (
        "not_found",
        gettext_lazy("Nothing here"),
        gettext_lazy("There is nothing at this address, or nothing you may know of. Addresses end with “/”."),
    ),
    405: (
        "method_not_allowed",
        gettext_lazy("Not offered here"),
        gettext_lazy("This address doesn't take this method. The Allow header names those it takes."),
    ),
    406: (
        "not_acceptable",
        gettext_lazy("Only JSON is spoken here"),
        gettext_lazy("Accept application/json."),
    ),
    409: ("conflict", gettext_lazy("Not as things stand"), gettext_lazy("Read it anew, then decide.")),
    413: ("too_large", gettext_lazy("Too large"), gettext_lazy("Send less at once.")),
    415: (
        "unsupported_media_type",
        gettext_lazy("Not a type we read"),
        gettext_lazy("Send JSON, with Content-Type: application/json."),
    ),
    422: (
        "invalid",
        gettext_lazy("Something is missing or wrong"),
        gettext_lazy("Nothing was saved. See “errors”."),
    ),
    429: ("too_many_requests", gettext_lazy("Too many requests"), gettext_lazy("Wait a little.")),
    500: (
        "failure",
        gettext_lazy("Something failed on our side"),
        gettext_lazy("It was noted. Try again later."),
    ),
}

# code → (title, what to do about it), where a status alone wouldn't tell programs enough
SPECIAL: dict[str, tuple[Any, Any]] = {
    "tls_needed": (
        gettext_lazy("Only over https"),
        gettext_lazy("Your token went over the wire in clear: take it back and make a new one."),
    ),
    "second_factor_needed": (
        gettext_lazy("The second factor is needed"),
        gettext_lazy("Prove your second factor on the pages, then ask again. A token can't do this."),
    ),
}


class SecondFactorNeeded(exceptions.PermissionDenied):
    """What is asked for is read only with a second factor proven a few minutes ago (accounts.step_up)."""

    code = "second_factor_needed"


class BadQuery(exceptions.APIException):
    """A query parameter that can't be read. `detail` is a serializer's errors."""

    status_code = 400


class Conflict(exceptions.APIException):
    """A rule speaks against it as things stand; the message may be shown."""

    status_code = 409


class TooLarge(exceptions.APIException):
    status_code = 413


def document(
    status: int,
    *,
    path: str,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    special: str = "",
) -> dict[str, Any]:
    """The members of RFC 9457 §3.1, a short `code` for programs, and `errors` where fields are wrong.

    `instance` is the path without the query; a status we don't know is told as a failure.
    """
    code, title, usual = KINDS.get(status, KINDS[500])
    if special:
        code, (title, usual) = special, SPECIAL[special]
    problem = {
        "type": f"{settings.SITE_URL}/api/v1/docs/#problem-{code}",
        "title": str(title),
        "status": status,
        "detail": detail or str(usual),
        "instance": path,
        "code": code,
    }
    return problem | {"errors": errors} if errors else problem


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


def answer(request: HttpRequest, status: int, *, special: str = "") -> JsonResponse:
    """A problem from outside a view: no such address, no second factor, or a failure."""
    problem = document(status, path=request.path, special=special)
    return JsonResponse(problem, status=status, content_type=MEDIA_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None leaves what nobody foresaw to handler500."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    invalid = isinstance(error, exceptions.ValidationError)
    status = 422 if invalid else error.status_code
    special = error.code if isinstance(error, SecondFactorNeeded) else ""
    problem = document(
        status,
        path=context["request"].path,
        detail=_detail(error),
        errors=_errors(error),
        special=special,
    )
    return Response(problem, status=status, headers=_headers(error), content_type=MEDIA_TYPE)


def _detail(error: exceptions.APIException) -> str:
    """The words of our own rules; of the framework's, only those that help."""
    if isinstance(error, (Conflict, TooLarge, exceptions.ParseError)):
        return str(error.detail)
    if wait := getattr(error, "wait", None):
        return _("Try again in %(seconds)d seconds.") % {"seconds": max(1, round(wait))}
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return _("A session needs its CSRF token in the X-CSRFToken header. Programs had better use a token.")
    return ""


def _errors(error: exceptions.APIException) -> list[dict[str, str]]:
    if isinstance(error, BadQuery):
        return [{"parameter": ".".join(way), "detail": text} for way, text in _flat(error.detail)]
    if isinstance(error, exceptions.ValidationError):
        return [{"pointer": _pointer(way), "detail": text} for way, text in _flat(error.detail)]
    return []


def _flat(detail: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Nested errors as (way to the value, text)."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _flat(inner, way if own else (*way, str(name)[:LONGEST_NAME]))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            deeper = (*way, str(place)) if isinstance(inner, (Mapping, list)) else way
            yield from _flat(inner, deeper)
    else:
        yield way, str(detail)


def _pointer(way: tuple[str, ...]) -> str:
    """A JSON pointer (RFC 6901) into the body; "#" is the body itself."""
    return "".join(["#", *("/" + step.replace("~", "~0").replace("/", "~1") for step in way)])


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    return headers
