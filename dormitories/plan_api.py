"""Plans for beds for programs: ask for one, look at it, change it, approve it, undo it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from dormitories import access_plans as access
from dormitories import plan_serializers as shapes
from dormitories.api_rules import MAY_CONFLICT, rules
from dormitories.models import AllocationPlan
from dormitories.selectors import plan_house, plan_lists
from dormitories.services import plan_approval, plans
from schools import access as school_access
from schools.models import School
from students import access as student_access


class PlansView(ApiView):
    @extend_schema(
        operation_id="bed_plans_list",
        summary="Plans for beds of your schools, the newest first",
        parameters=[PageQuery],
        responses=page_of(shapes.PlanSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        schools = access.planning_schools(request.user, on=timezone.localdate())
        return self.page(plan_lists.plans_list(schools, **self.query(PageQuery)), shapes.PlanSerializer)

    @extend_schema(
        operation_id="bed_plans_create",
        summary="Have a plan worked out for the open houses of one sex",
        description="It is worked out in the background: look again until `state` isn't `solving`.",
        request=shapes.PlanShape,
        responses={201: OpenApiResponse(shapes.PlanSerializer, "Asked for.")},
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        schools = list(access.planning_schools(request.user, on=on))
        data = self.body(shapes.PlanShape).validated_data
        school = _school(request, data.get("school"), schools, on)
        houses = plan_house.houses_of_sexes([school.pk]).get(school.pk, {}).get(data["sex"], [])
        with rules(houses="sex"):
            plan = plans.start_plan(
                school=school, sex=data["sex"], houses=houses, ease=data["ease"], by=request.user, now=now
            )
        return Response(shapes.PlanSerializer(plan).data, status=201)


def _school(request: ApiRequest, named: uuid.UUID | None, schools: list[School], on: date) -> School:
    if named is not None:
        return school_access.get_school_or_404(request.user, named, Perm.BED_ALLOCATE, on=on)
    if len(schools) > 1:
        raise ValidationError({"school": [_("Choose the school.")]})
    return schools[0]


def _detail(request: ApiRequest, public_id: uuid.UUID, on: date) -> Response:
    plan = access.get_plan_or_404(request.user, public_id, on=on)
    return Response(shapes.PlanDetailSerializer(plan_lists.plan_detail(plan, on=on)).data)


class PlanView(ApiView):
    @extend_schema(
        operation_id="bed_plans_retrieve",
        summary="One plan: how far it is, its score, what conflicts",
        responses=shapes.PlanDetailSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _detail(request, public_id, timezone.localdate())


class PlacesView(ApiView):
    @extend_schema(
        operation_id="bed_plans_places_list",
        summary="Where the plan puts everybody, and why they move",
        parameters=[PageQuery],
        responses=page_of(shapes.PlaceSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        plan = access.get_plan_or_404(request.user, public_id, on=timezone.localdate())
        return self.page(plan_lists.places_list(plan, **self.query(PageQuery)), shapes.PlaceSerializer)


class RoomPointsView(ApiView):
    @extend_schema(
        operation_id="bed_plans_rooms_list",
        summary="The score by room, today's beside the plan's",
        parameters=[PageQuery],
        responses=page_of(shapes.RoomPointsSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        plan = access.get_plan_or_404(request.user, public_id, on=timezone.localdate())
        return self.page(plan_lists.rooms_list(plan, **self.query(PageQuery)), shapes.RoomPointsSerializer)


class PlanChangeView(ApiView):
    @extend_schema(
        operation_id="bed_plans_change",
        summary="Put one pupil into another bed of the plan, and see the score move",
        request=shapes.ChangeShape,
        responses=shapes.ChangedSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        plan = access.get_plan_or_404(request.user, public_id, on=on)
        data = self.body(shapes.ChangeShape).validated_data
        student = student_access.get_student_or_404(request.user, data["student"], Perm.BED_ALLOCATE, on=on)
        with rules():
            points = plan_approval.change_place(
                plan=plan, student=student, bed_id=data["bed"], by=request.user, on=on
            )
        return Response(shapes.ChangedSerializer(points).data)


class PlanApproveView(ApiView):
    @extend_schema(
        operation_id="bed_plans_approve",
        summary="Let the plan be from today on: all of it or nothing",
        request=None,
        responses=shapes.PlanDetailSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        plan, on, now = _planned(request, public_id)
        with rules():
            plan_approval.approve_plan(plan=plan, by=request.user, on=on, now=now)
        return _detail(request, public_id, on)


class PlanUndoView(ApiView):
    @extend_schema(
        operation_id="bed_plans_undo",
        summary="Put everybody whom the plan moved back",
        request=None,
        responses=shapes.PlanDetailSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        plan, on, now = _planned(request, public_id)
        with rules():
            plan_approval.undo_plan(plan=plan, by=request.user, on=on, now=now)
        return _detail(request, public_id, on)


class PlanDropView(ApiView):
    @extend_schema(
        operation_id="bed_plans_drop",
        summary="Put a plan aside that nobody wants",
        request=None,
        responses=shapes.PlanDetailSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        plan, on, _now = _planned(request, public_id)
        with rules():
            plans.drop_plan(plan=plan, by=request.user)
        return _detail(request, public_id, on)


def _planned(request: ApiRequest, public_id: uuid.UUID) -> tuple[AllocationPlan, date, datetime]:
    now = timezone.now()
    on = timezone.localdate(now)
    return access.get_plan_or_404(request.user, public_id, on=on), on, now
