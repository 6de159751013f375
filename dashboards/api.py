"""Counts for programs: the figures and tables of the pages, and nothing more exact."""

from __future__ import annotations

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from dashboards import access
from dashboards.indicators import INDICATORS
from dashboards.selectors import district, lists, statistics
from dashboards.serializers import (
    IndicatorSerializer,
    ReleaseSerializer,
    ReleaseTablesSerializer,
    SchoolFiguresSerializer,
    WeekSerializer,
)


class WeekQuery(PageQuery):
    """Which week, and which part of the list."""

    week = serializers.DateField(
        required=False, help_text="Any day of it; without one the last that is over."
    )


class IndicatorsView(ApiView):
    @extend_schema(
        operation_id="district_indicators_list",
        summary="What is counted, of whom, and why",
        responses=inline_serializer("Indicators", {"results": IndicatorSerializer(many=True)}),
    )
    def get(self, request: ApiRequest) -> Response:
        access.get_own_area_or_403(request.user, Perm.DISTRICT_VIEW, on=timezone.localdate())
        return Response({"results": IndicatorSerializer(INDICATORS, many=True).data})


class WeeksView(ApiView):
    @extend_schema(
        operation_id="district_weeks_list",
        summary="An area's figures, week by week, the newest first",
        responses=inline_serializer("Weeks", {"results": WeekSerializer(many=True)}),
    )
    def get(self, request: ApiRequest, code: str) -> Response:
        area = access.get_area_or_404(request.user, code, Perm.DISTRICT_VIEW, on=timezone.localdate())
        weeks = [{"week": week, "figures": figures} for week, figures in district.area_rows(area)]
        return Response({"results": WeekSerializer(weeks, many=True).data})


class SchoolsView(ApiView):
    @extend_schema(
        operation_id="district_schools_list",
        summary="The figures of an area's schools in one week, by name",
        parameters=[WeekQuery],
        responses=page_of(SchoolFiguresSerializer),
    )
    def get(self, request: ApiRequest, code: str) -> Response:
        on = timezone.localdate()
        area = access.get_area_or_404(request.user, code, Perm.DISTRICT_VIEW, on=on)
        page = lists.schools_page(area, on=on, **self.query(WeekQuery))
        return self.page(page, SchoolFiguresSerializer)


class ReleasesView(ApiView):
    @extend_schema(
        operation_id="district_releases_list",
        summary="Published statistics about children, the newest month first",
        parameters=[PageQuery],
        responses=page_of(ReleaseSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        on = timezone.localdate()
        access.get_own_area_or_403(request.user, Perm.DISTRICT_VIEW, on=on)
        page = lists.releases_page(request.user, on=on, **self.query(PageQuery))
        return self.page(page, ReleaseSerializer)


class ReleaseView(ApiView):
    @extend_schema(
        operation_id="district_releases_retrieve",
        summary="The frozen tables of a month",
        responses=ReleaseTablesSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        found = access.get_release_or_404(request.user, public_id, on=timezone.localdate())
        tables = statistics.release_tables(found)
        return Response({**ReleaseSerializer(found).data, "tables": statistics.as_data(tables)})
