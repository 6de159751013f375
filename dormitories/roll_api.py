"""Rolls and leaves for programs: the same access, selectors and services as the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from dormitories import access_leave, access_rolls
from dormitories import roll_serializers as shapes
from dormitories.api_rules import MAY_CONFLICT, rules
from dormitories.models import Leave
from dormitories.selectors import leaves as leave_selectors
from dormitories.selectors import rolls as roll_selectors
from dormitories.services import leaves, roll_marks, rolls
from students import access as student_access
from students.models import GuardianLink, Student


class LeavesView(ApiView):
    @extend_schema(
        operation_id="leaves_list",
        summary="Leaves of the pupils you answer for, the latest first",
        parameters=[shapes.LeaveQuery],
        responses=page_of(shapes.LeaveSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        access_leave.require_seeing(request.user, on=on)
        asked = self.query(shapes.LeaveQuery)
        student_id, student = asked.pop("student"), None
        if student_id:
            student = student_access.get_student_or_404(request.user, student_id, Perm.STUDENT_VIEW, on=on)
        page = leave_selectors.leaves_list(request.user, student=student, on=on, **asked)
        return self.page(page, shapes.LeaveSerializer, now=now)

    @extend_schema(
        operation_id="leaves_create",
        summary="Ask for a boarder's leave",
        description="Two others approve it: one for the class, one for the house.",
        request=shapes.LeaveShape,
        responses={201: OpenApiResponse(shapes.LeaveSerializer, "Asked for.")},
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        access_leave.require_asking(request.user, on=on)
        data = dict(self.body(shapes.LeaveShape).validated_data)
        student = student_access.get_student_or_404(request.user, data.pop("student"), Perm.LEAVE_ASK, on=on)
        data["collector"] = _collector(student, data.pop("collector", None))
        with rules():
            leave = leaves.ask(student=student, details=leaves.LeaveDetails(**data), by=request.user, now=now)
        return _answer(leave, now, status=201)


def _collector(student: Student, person: uuid.UUID | None) -> GuardianLink | None:
    if person is None:
        return None
    found = [link for link in access_leave.collectors_of(student) if link.person.public_id == person]
    if not found:
        said = _("This adult isn't noted as somebody who may collect the child.")
        raise ValidationError({"collector": [said]})
    return found[0]


def _answer(leave: Leave, now: datetime, *, status: int = 200) -> Response:
    return Response(shapes.LeaveSerializer(leave, context={"now": now}).data, status=status)


class LeaveView(ApiView):
    @extend_schema(operation_id="leaves_retrieve", summary="One leave", responses=shapes.LeaveSerializer)
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        leave = access_leave.get_leave_or_404(request.user, public_id, None, on=timezone.localdate(now))
        return _answer(leave, now)


def _change(
    request: ApiRequest, public_id: uuid.UUID, perm: Perm, service: Callable[..., Leave], **more: Any
) -> Response:
    now = timezone.now()
    leave = access_leave.get_leave_or_404(request.user, public_id, perm, on=timezone.localdate(now))
    with rules():
        changed = service(leave=leave, by=request.user, now=now, **more)
    return _answer(changed, now)


class LeaveApproveView(ApiView):
    @extend_schema(
        operation_id="leaves_approve",
        summary="Give one of the two approvals. Twice is once",
        request=None,
        responses=shapes.LeaveSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        leave = access_leave.get_leave_or_404(request.user, public_id, Perm.LEAVE_APPROVE, on=on)
        sides = access_leave.sides_of(request.user, leave, on=on)
        return _change(request, public_id, Perm.LEAVE_APPROVE, leaves.approve, sides=sides)


class LeaveRefuseView(ApiView):
    @extend_schema(
        operation_id="leaves_refuse",
        summary="Refuse a leave",
        request=shapes.RefusalShape,
        responses=shapes.LeaveSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        access_leave.get_leave_or_404(request.user, public_id, Perm.LEAVE_APPROVE, on=on)  # before the shape
        why = self.body(shapes.RefusalShape).validated_data["why"]
        return _change(request, public_id, Perm.LEAVE_APPROVE, leaves.refuse, why=why)


class LeaveOutView(ApiView):
    @extend_schema(
        operation_id="leaves_out",
        summary="The pupil went out at the gate. Twice is once",
        request=None,
        responses=shapes.LeaveSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _change(request, public_id, Perm.LEAVE_GATE, leaves.go_out)


class LeaveBackView(ApiView):
    @extend_schema(
        operation_id="leaves_back",
        summary="The pupil came back. Twice is once",
        request=None,
        responses=shapes.LeaveSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _change(request, public_id, Perm.LEAVE_GATE, leaves.come_back)


class RollsView(ApiView):
    @extend_schema(
        operation_id="rolls_list",
        summary="Rolls of the houses you look at, the latest first",
        parameters=[PageQuery],
        responses=page_of(shapes.RollItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        on = timezone.localdate()
        access_rolls.require_looking(request.user, on=on)
        page = roll_selectors.rolls_list(request.user, on=on, **self.query(PageQuery))
        return self.page(page, shapes.RollItemSerializer)


class RollView(ApiView):
    @extend_schema(
        operation_id="rolls_retrieve",
        summary="One roll: who is expected, and where each one is",
        responses=shapes.RollSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _roll(request, public_id)


def _roll(request: ApiRequest, public_id: uuid.UUID) -> Response:
    now = timezone.now()
    roll = access_rolls.get_roll_or_404(request.user, public_id, Perm.DORM_VIEW, on=timezone.localdate(now))
    return Response(shapes.RollSerializer(roll_selectors.roll_page(request.user, roll, now=now)).data)


class RollMarksView(ApiView):
    @extend_schema(
        operation_id="rolls_marks",
        summary="Say where a pupil is",
        request=shapes.MarkShape,
        responses=shapes.RollSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        roll = access_rolls.get_roll_or_404(request.user, public_id, Perm.ROLL_TAKE, on=on)
        data = self.body(shapes.MarkShape).validated_data
        access_rolls.get_mark_or_404(roll, data["number"])
        with rules():
            roll_marks.mark(roll=roll, **data, by=request.user, now=now)
        return _roll(request, public_id)


class RollCloseView(ApiView):
    @extend_schema(
        operation_id="rolls_close",
        summary="Close a roll; 409 while a child is unaccounted for",
        request=None,
        responses=shapes.RollSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        roll = access_rolls.get_roll_or_404(request.user, public_id, Perm.ROLL_TAKE, on=on)
        with rules():
            rolls.close_roll(roll=roll, by=request.user, now=now)
        return _roll(request, public_id)
