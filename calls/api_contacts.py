"""Contacts with home for programs: the rules of the pages, and no word of what was said."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.http import ApiRequest
from accounts.permissions import Perm
from calls import access_board as access
from calls import serializers as shapes
from calls.selectors import board as board_selectors
from calls.services import board
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from schools.services.errors import RefusedError
from students import access as student_access


class ContactsView(ApiView):
    @extend_schema(
        operation_id="students_contacts_list",
        summary="Attempts to reach a pupil's home, the latest first",
        parameters=[PageQuery],
        responses=page_of(shapes.ContactSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        student = student_access.get_student_or_404(request.user, public_id, Perm.CALL_VIEW, on=on)
        page = board_selectors.contacts_page(student, **self.query(PageQuery))
        return self.page(page, shapes.ContactSerializer)

    @extend_schema(
        operation_id="students_contacts_create",
        summary="Note a contact outside the plan: who, how, how long; never what was said",
        request=shapes.NewContactSerializer,
        responses={201: shapes.ContactSerializer},
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        student = student_access.get_student_or_404(
            request.user, public_id, Perm.CALL_BOARD, on=timezone.localdate(now)
        )
        asked = self.body(shapes.NewContactSerializer).validated_data
        person_id = access.contactable_person(student, asked.pop("person"))
        if person_id is None:
            raise ValidationError({"person": [_("Nobody at home of this child who may be contacted.")]})
        try:
            made = board.note_contact(student=student, person_id=person_id, by=request.user, now=now, **asked)
        except RefusedError as error:
            raise ValidationError({error.field or "at": [str(error)]}) from error
        return Response(shapes.ContactSerializer(made).data, status=201)
