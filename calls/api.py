"""The calls of a school and the plans of its weeks, for programs."""

from __future__ import annotations

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from calls import access
from calls.selectors import lists
from calls.serializers import CallQuery, CallSerializer, RotaDetailSerializer, RotaSerializer
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from schools import access as school_access


class CallsView(ApiView):
    @extend_schema(
        operation_id="schools_calls_list",
        summary="Planned and held calls of the pupils you see, by time",
        parameters=[CallQuery],
        responses=page_of(CallSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        school = school_access.get_school_or_404(request.user, public_id, Perm.CALL_VIEW, on=on)
        page = lists.calls_list(school, user=request.user, on=on, **self.query(CallQuery))
        return self.page(page, CallSerializer)


class RotasView(ApiView):
    @extend_schema(
        operation_id="schools_rotas_list",
        summary="The plans of a school's weeks, the newest first",
        parameters=[PageQuery],
        responses=page_of(RotaSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        school = school_access.get_school_or_404(request.user, public_id, Perm.CALL_PLAN, on=on)
        return self.page(lists.rotas_list(school, **self.query(PageQuery)), RotaSerializer)


class RotaView(ApiView):
    @extend_schema(
        operation_id="rotas_retrieve",
        summary="A week's plan, what it reaches, and whom it leaves out and why",
        responses=RotaDetailSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        rota = access.get_rota_or_404(request.user, public_id, on=timezone.localdate())
        return Response(RotaDetailSerializer(lists.rota_detail(rota)).data)
