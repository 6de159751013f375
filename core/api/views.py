"""The base of every API view."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api.problems import BadQuery
from core.api.throttling import AddressThrottle
from core.pagination import BadCursor, Page


class Speaking(APIView):
    """Counts the address before anything else, and speaks the language of whoever signed in."""

    http_method_names = ["get", "head", "post", "delete"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """404 without the last slash, not Django's redirect, which would lose the body of a POST."""
        view = super().as_view(**initkwargs)
        view.should_append_slash = False  # type: ignore[attr-defined]
        return view

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        request.encoding = "utf-8"  # the header may name a codec that isn't one of text
        return super().initialize_request(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        throttle = AddressThrottle()
        if not throttle.allow_request(request, self):
            raise Throttled(throttle.wait())
        super().perform_authentication(request)
        if request.user.is_authenticated:
            translation.activate(request.user.language)  # PreferencesMiddleware puts back what was

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        response.headers["Content-Language"] = translation.get_language()
        return response


class ApiView(Speaking):
    """Views ask access, make one domain call, and shape the answer with these."""

    def query(self, shape: type[Serializer]) -> dict[str, Any]:
        """The query parameters, read. A misspelt filter is refused: it would silently list everything."""
        serializer = shape(data=self.request.query_params.dict())
        if not serializer.is_valid():
            raise BadQuery(serializer.errors)
        return serializer.validated_data

    def body(self, shape: type[Serializer]) -> Any:
        """The body, read: a serializer with `validated_data`."""
        serializer = shape(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, BadCursor):
            exc = BadQuery({"cursor": [_("This place is no longer in the list. Start from its beginning.")]})
        return super().handle_exception(exc)

    def page(self, page: Page[Any], item: type[Serializer], **context: Any) -> Response:
        """One page of a list. The links carry ids and filters, never a name or a date of somebody."""
        return Response(
            {
                "next": self._link(page.next_cursor),
                "previous": self._link(page.previous_cursor),
                "results": item(page.rows, many=True, context=context).data,
            }
        )

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.dict() | {"cursor": cursor}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode(query)}")
