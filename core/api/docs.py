"""The API's reference as a plain page: our CSP lets no Swagger UI or Redoc write styles into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from core.api import problems

_METHODS = ("get", "post", "delete")


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    name: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    statuses: list[str]


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """What the API offers and what each problem means; made from the same description as the schema."""
    context = {
        "title": _("API"),
        "operations": operations(),
        "problems": [
            (status, code, title, detail) for status, (code, title, detail) in problems.KINDS.items()
        ],
    }
    return render(request, "api/reference.html", context)


def operations() -> list[Operation]:
    """Every operation, read out of the OpenAPI description."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    shapes = schema["components"]["schemas"]
    return [
        _operation(method, path, item[method], shapes)
        for path, item in schema["paths"].items()
        for method in _METHODS
        if method in item
    ]


def _operation(method: str, path: str, found: dict[str, Any], shapes: dict[str, Any]) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        name=found["operationId"],
        summary=found.get("summary", ""),
        description=found.get("description", "").replace("`", ""),
        parameters=[
            Field(
                one["name"],
                _kind(one["schema"], shapes),
                one.get("required", False),
                one.get("description", ""),
            )
            for one in found.get("parameters", [])
        ],
        body=_body(found, shapes),
        statuses=list(found["responses"]),
    )


def _body(found: dict[str, Any], shapes: dict[str, Any]) -> list[Field]:
    content = found.get("requestBody", {}).get("content", {})
    if not content:
        return []
    shape = shapes[content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
    needed = shape.get("required", [])
    return [
        _field(name, one, shapes, name in needed, one.get("description", ""))
        for name, one in shape["properties"].items()
    ]


def _field(name: str, schema: dict[str, Any], shapes: dict[str, Any], required: bool, text: str) -> Field:
    return Field(name, _kind(schema, shapes), required, text.replace("`", ""))


def _kind(schema: dict[str, Any], shapes: dict[str, Any]) -> str:
    """A schema in a word: "uuid", "school | restricted", "list of uuid"."""
    if "$ref" in schema:
        return _kind(shapes[schema["$ref"].rsplit("/", 1)[1]], shapes)
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return " | ".join(_kind(one, shapes) for one in schema[several])
    if "enum" in schema:
        return " | ".join("null" if one is None else str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'], shapes)}]"
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    kind = schema.get("format") or schema.get("type", "")
    return kind if isinstance(kind, str) else " | ".join(kind)
