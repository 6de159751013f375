"""Pupils for programs: the same access and selectors as the pages."""

from __future__ import annotations

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from core.api.shapes import page_of
from core.api.views import ApiView
from students import access
from students.selectors import lists
from students.serializers import HomeSerializer, StudentItemSerializer, StudentQuery, StudentSerializer
from students.services import reading


class StudentsView(ApiView):
    @extend_schema(
        operation_id="students_list",
        summary="Pupils you may know of, by name",
        parameters=[StudentQuery],
        responses=page_of(StudentItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        on = timezone.localdate()
        access.require_finding(request.user, on=on)
        page = lists.students_page(request.user, on=on, **self.query(StudentQuery))
        return self.page(page, StudentItemSerializer)


class StudentView(ApiView):
    @extend_schema(
        operation_id="students_retrieve",
        summary="One pupil and the adults around them",
        responses=StudentSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        student = access.get_student_or_404(request.user, public_id, Perm.STUDENT_VIEW, on=on)
        return Response(
            StudentSerializer(reading.open_record(student=student, by=request.user, now=now)).data
        )


class HomeView(ApiView):
    @extend_schema(
        operation_id="students_home_retrieve",
        summary="A pupil's home: the people around the child, and who looks after them",
        responses=HomeSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        student = access.get_student_or_404(request.user, public_id, Perm.STUDENT_HOME, on=on)
        page = reading.open_home(student=student, by=request.user, now=now, way="api")
        return Response(HomeSerializer(page).data)
