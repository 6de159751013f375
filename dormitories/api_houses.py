"""Houses, rooms, beds and stays for programs: the same access, selectors and services as the pages."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from core.api.problems import Conflict
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from dormitories import access
from dormitories import serializers as shapes
from dormitories.models import Stay
from dormitories.selectors import lists
from dormitories.services import stays


class BuildingsView(ApiView):
    @extend_schema(
        operation_id="buildings_list",
        summary="Houses you may see, by name",
        parameters=[PageQuery],
        responses=page_of(shapes.BuildingSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        on = timezone.localdate()
        access.require_seeing_houses(request.user, on=on)
        page = lists.buildings_list(request.user, on=on, **self.query(PageQuery))
        return self.page(page, shapes.BuildingSerializer)


class RoomsView(ApiView):
    @extend_schema(
        operation_id="buildings_rooms_list",
        summary="The rooms of a house, from the ground up",
        parameters=[PageQuery],
        responses=page_of(shapes.RoomSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        building = access.get_building_or_404(request.user, public_id, Perm.DORM_VIEW, on=on)
        return self.page(lists.rooms_list(building, **self.query(PageQuery)), shapes.RoomSerializer)


class BedsView(ApiView):
    @extend_schema(
        operation_id="buildings_beds_list",
        summary="The beds of a house, and which are taken today",
        parameters=[PageQuery],
        responses=page_of(shapes.BedSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        building = access.get_building_or_404(request.user, public_id, Perm.DORM_VIEW, on=on)
        page = lists.beds_list(building, on=on, **self.query(PageQuery))
        return self.page(page, shapes.BedSerializer)


class StaysView(ApiView):
    @extend_schema(
        operation_id="stays_list",
        summary="Who sleeps where: today, or one pupil's stays",
        parameters=[shapes.StayQuery],
        responses=page_of(shapes.StaySerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        on = timezone.localdate()
        access.require_seeing_houses(request.user, on=on)
        asked = self.query(shapes.StayQuery)
        student_id = asked.pop("student")
        student = (
            access.get_pupil_or_404(request.user, student_id, Perm.DORM_VIEW, on=on) if student_id else None
        )
        page = lists.stays_list(request.user, student=student, on=on, **asked)
        return self.page(page, shapes.StaySerializer)

    @extend_schema(
        operation_id="stays_create",
        summary="Give a pupil a bed, or move them to it",
        description=(
            "409 with the reason where the bed is taken or out of order, the house is for the other sex, the "
            "pupil can't have it, or a rule speaks against it: send `in_spite` to do it all the same."
        ),
        request=shapes.StayShape,
        responses={201: OpenApiResponse(shapes.StaySerializer, "Given.")},
        extensions={"x-conflict": True},
    )
    def post(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        access.require_giving_beds(request.user, on=on)
        data = self.body(shapes.StayShape).validated_data
        student = access.get_pupil_or_404(request.user, data["student"], Perm.BED_ALLOCATE, on=on)
        bed = access.get_bed_or_404(request.user, data["bed"], Perm.BED_ALLOCATE, on=on)
        stay = _give(request, now, student=student, bed=bed, data=data)
        return Response(shapes.StaySerializer(stay).data, status=201)


def _give(request: ApiRequest, now: datetime, *, student: Any, bed: Any, data: dict[str, Any]) -> Stay:
    try:
        return stays.place_pupil(
            student=student,
            bed=bed,
            starts_on=data["starts_on"],
            by=request.user,
            now=now,
            in_spite=data["in_spite"],
        )
    except stays.RefusedError as refusal:
        raise Conflict(str(refusal)) from refusal
