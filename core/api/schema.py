"""The OpenAPI description: each operation names the problems it may answer with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import problems
from core.api.views import ApiView, Speaking

_TEXT = {"type": "string"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457). `code` is short and stable; texts are in your language.",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": {"type": "string", "description": "The path asked for, without its query."},
        "code": {
            "type": "string",
            "enum": [*(kind[0] for kind in problems.KINDS.values()), *problems.SPECIAL],
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901): #/line"},
                    "parameter": {"type": "string", "description": "Which query parameter"},
                    "detail": _TEXT,
                },
            },
        },
    },
}
_ALWAYS = (401, 403, 406, 429, 500)
_WITH_BODY = (400, 413, 415, 422)
_METHODS = ("get", "post", "delete")


def inner_classes() -> list[type]:
    """Classes whose docstrings speak to us and not to users of the API."""
    return [*get_lib_doc_excludes(), Speaking, ApiView]


def document_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """A POSTPROCESSING_HOOK: adds the problem answers, so that no view can forget one."""
    result["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    for path in result["paths"].values():
        for method in _METHODS:
            if method in path:
                _document(path[method])
    return result


def _document(operation: dict[str, Any]) -> None:
    for status in sorted(_statuses(operation)):
        operation["responses"][str(status)] = {
            "description": str(problems.KINDS[status][1]),
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _statuses(operation: dict[str, Any]) -> set[int]:
    parameters = operation.get("parameters", [])
    places = {parameter["in"] for parameter in parameters}
    found = set(_ALWAYS)
    if "query" in places:
        found.add(400)
    if "path" in places or any(parameter["name"] == "student" for parameter in parameters):
        found.add(404)
    if "requestBody" in operation:
        found.update({*_WITH_BODY, 404})
    if operation.pop("x-conflict", False):
        found.add(409)
    return found


class SchemaView(Speaking, SpectacularJSONAPIView):
    """The OpenAPI 3 description of this API, as JSON."""

    permission_classes = [IsAuthenticated]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return super().get(request)
