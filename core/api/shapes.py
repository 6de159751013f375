"""Shapes of what comes in and goes out. Rules are in services."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

MAX_PAGE = 100
USUAL_PAGE = 30
MAX_NAMED = 20  # fields nobody knows, in one answer


class Shape(serializers.Serializer):
    """What comes in. A name we don't know is refused: a misspelt "follow_up_on" would be a promise lost."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = {}
        if isinstance(data, Mapping):
            strange = (name for name in data if name not in self.fields)
            unknown = {name: [_("There is no such field.")] for name in islice(strange, MAX_NAMED)}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from error  # type: ignore[dict-item]
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Choice(serializers.ChoiceField):
    """Doesn't say back what was sent: it may be long, or not meant for this field."""

    default_error_messages = {"invalid_choice": _("Choose one of the values on offer.")}


class Few(serializers.ListField):
    """A short list: one that is too long is refused before its first item is looked at."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class PageQuery(Shape):
    """Which part of a list."""

    cursor = serializers.CharField(
        required=False, max_length=40, help_text="From `next` or `previous` of another page."
    )
    page_size = serializers.IntegerField(
        required=False, default=USUAL_PAGE, min_value=1, max_value=MAX_PAGE, help_text="Rows a page."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As selectors take it: every filter named, None where it wasn't given."""
        given: dict[str, Any] = {str(name): attrs.get(str(name)) for name in self.fields}
        given["size"] = given.pop("page_size")
        return given


def page_of(item: type[serializers.Serializer]) -> serializers.Serializer:
    """How a page of these looks, for the schema."""
    name = item.__name__.removesuffix("Serializer")
    return inline_serializer(
        f"{name}Page",
        {
            "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last."),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
        },
    )
