"""Schools and classes for programs. Topics are counselling's: see counselling/api.py."""

from __future__ import annotations

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from schools import access
from schools.selectors import lists
from schools.serializers import SchoolSerializer, YearClassSerializer


class SchoolsView(ApiView):
    @extend_schema(
        operation_id="schools_list",
        summary="Schools you may see, by name",
        parameters=[PageQuery],
        responses=page_of(SchoolSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        page = lists.schools_list(request.user, on=timezone.localdate(), **self.query(PageQuery))
        return self.page(page, SchoolSerializer)


class SchoolView(ApiView):
    @extend_schema(operation_id="schools_retrieve", summary="One school", responses=SchoolSerializer)
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        school = access.get_school_or_404(request.user, public_id, Perm.SCHOOL_VIEW, on=on)
        return Response(SchoolSerializer(school).data)


class ClassesView(ApiView):
    @extend_schema(
        operation_id="schools_classes_list",
        summary="The classes of a school, the newest year first",
        parameters=[PageQuery],
        responses=page_of(YearClassSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        school = access.get_school_or_404(request.user, public_id, Perm.SCHOOL_VIEW, on=on)
        page = lists.classes_list(school, **self.query(PageQuery))
        return self.page(page, YearClassSerializer)
