"""A program's own token. Making one needs the password, and is done on the page of one's own settings."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts import services
from accounts.http import ApiRequest
from core.api.views import ApiView


class TokenView(ApiView):
    @extend_schema(
        operation_id="token_revoke",
        summary="Take your API token back: it works no more",
        responses={204: None},
    )
    def delete(self, request: ApiRequest) -> Response:
        services.revoke_api_token(user=request.user, by=request.user)
        return Response(status=204)
