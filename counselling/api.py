"""Talks, promises and topics for programs: the same access, selectors and services as the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts import step_up
from accounts.http import ApiRequest
from accounts.models import User
from accounts.permissions import Perm
from core.api.problems import Conflict
from core.api.shapes import PageQuery, page_of
from core.api.views import ApiView
from counselling import access
from counselling import serializers as shapes
from counselling.models import FollowUp, Session, Topic
from counselling.selectors import lists
from counselling.selectors import talks as talk_selectors
from counselling.services import follow_ups, talks
from schools import access as school_access
from students import access as student_access
from students.models import Student

MAY_CONFLICT = {"x-conflict": True}  # the schema's hook documents 409 where this stands


@contextmanager
def _rules() -> Iterator[None]:
    """What a service refuses: a field that is wrong is 422, a state of things that forbids it 409."""
    try:
        yield
    except talks.CannotLog as error:
        if not error.field:
            raise Conflict(str(error)) from error
        raise ValidationError({error.field: [str(error)]}) from error
    except follow_ups.WrongDay as error:
        raise ValidationError({"due_on": [str(error)]}) from error
    except (talks.CannotChange, follow_ups.CannotChange) as error:
        raise Conflict(str(error)) from error


class SessionsView(ApiView):
    @extend_schema(
        operation_id="sessions_list",
        summary="Talks, the newest first: your own, or those with a pupil",
        parameters=[shapes.SessionQuery],
        responses=page_of(shapes.SessionItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        access.require_logging(request.user, on=on)
        asked = self.query(shapes.SessionQuery)
        rights, page = _sessions(request, asked.pop("student"), now, **asked)
        return self.page(page, shapes.SessionItemSerializer, rights=rights)

    @extend_schema(
        operation_id="sessions_create",
        summary="Log a talk",
        description=(
            "The quick log. The same `client_id` makes one entry, however often it arrives: the first time "
            "the answer is 201, on a repeat 200 with the entry as it was first saved. "
            "Used for another pupil, with other words or another sensitivity: 409."
        ),
        request=shapes.TalkShape,
        responses={
            201: OpenApiResponse(shapes.SessionSerializer, "Saved."),
            200: OpenApiResponse(shapes.SessionSerializer, "It was saved before."),
        },
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        access.require_logging(request.user, on=on)
        shape = self.body(shapes.TalkShape)
        data = shape.validated_data
        student = student_access.get_student_or_404(request.user, data["student"], Perm.TALK_LOG, on=on)
        details = shape.details(
            _topics(student, data), _linked(request, data, on), _named(request, student, data, on)
        )
        with _rules():
            session = talks.log_talk(
                student=student,
                client_id=data["client_id"],
                words=shape.words(),
                details=details,
                by=request.user,
                now=now,
            )
        made = session.recorded_at == now  # a repeat gives back the entry of then
        headers = {"Location": reverse("api:session", args=[session.public_id])}
        return Response(_entry(request, session), status=201 if made else 200, headers=headers)


def _sessions(request: ApiRequest, student_id: uuid.UUID | None, now: datetime, **page: Any) -> Any:
    on = timezone.localdate(now)
    if student_id is None:
        return access.own_reading(request.user), lists.sessions_by(request.user, now=now, **page)
    student = student_access.get_student_or_404(request.user, student_id, Perm.STUDENT_VIEW, on=on)
    rights = access.reading(request.user, student, on=on)
    return rights, lists.sessions_about(rights, student, **page)


def _topics(student: Student, data: dict[str, Any]) -> list[Topic]:
    found = lists.topics_named(student.school_id, data["topics"])
    known = {topic.public_id for topic in found}
    wrong = {
        str(place): [_("Choose from your school's topics.")]
        for place, one in enumerate(data["topics"])
        if one not in known
    }
    if wrong:
        raise ValidationError({"topics": wrong})
    return found


def _linked(request: ApiRequest, data: dict[str, Any], on: date) -> dict[Student, str]:
    roles = {one["student"]: one["role"] for one in data["linked"]}
    resolved = access.resolve_pupil_ids(request.user, roles, on=on)
    wrong = {
        str(place): {"student": [resolved.problems[str(one["student"])]]}
        for place, one in enumerate(data["linked"])
        if str(one["student"]) in resolved.problems
    }
    if wrong:
        raise ValidationError({"linked": wrong})
    return resolved.pupils


def _named(request: ApiRequest, student: Student, data: dict[str, Any], on: date) -> list[User]:
    asked = [str(one) for one in data["named"]]
    found = talk_selectors.Audience(student, request.user, on).named(asked)
    known = {str(user.public_id) for user in found}
    wrong = {
        str(place): [_("Name colleagues who work with this pupil.")]
        for place, one in enumerate(asked)
        if one not in known
    }
    if wrong:
        raise ValidationError({"named": wrong})
    return found


def _entry(request: ApiRequest, session: Session) -> Any:
    """An entry, with its words if it is an open one: access has let the person in."""
    texts = [] if session.is_closed else talks.read_texts(session=session, by=request.user)
    return shapes.SessionSerializer(session, context={"texts": texts, "user": request.user}).data


class SessionView(ApiView):
    @extend_schema(
        operation_id="sessions_retrieve",
        summary="One talk, with its words if it is school-wide",
        description="The words of a closed entry are read at `/sessions/{public_id}/texts/`.",
        responses=shapes.SessionSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        session = access.get_session_or_404(request.user, public_id, on=timezone.localdate())
        return Response(_entry(request, session))


class SessionTextsView(ApiView):
    @extend_schema(
        operation_id="sessions_texts",
        summary="The words of a talk, closed or not",
        description=(
            "Reading a closed entry leaves a note in the audit trail and needs a second factor proven within "
            "ten minutes, so a token can't: 403 `second_factor_needed`."
        ),
        responses=shapes.TextsSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        session = access.get_session_or_404(request.user, public_id, on=timezone.localdate())
        if session.is_closed:
            step_up.require_for_api(request)
        texts = talks.read_texts(session=session, by=request.user)
        found = {"mood": session.mood, "topics": session.topics.all(), "texts": texts}
        return Response(shapes.TextsSerializer(found).data)

    @extend_schema(
        operation_id="sessions_correct",
        summary="Correct your own entry: the earlier version stays",
        request=shapes.CorrectionShape,
        responses={201: shapes.TextSerializer},
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        session = access.get_own_session_or_404(request.user, public_id, on=timezone.localdate(now))
        shape = self.body(shapes.CorrectionShape)
        reason = shape.validated_data["reason"]
        with _rules():
            text = talks.correct_talk(
                session=session, words=shape.words(), reason=reason, by=request.user, now=now
            )
        return Response(shapes.TextSerializer(text).data, status=201)


class SessionWithdrawView(ApiView):
    @extend_schema(
        operation_id="sessions_withdraw",
        summary="Take back what you saved a moment ago",
        request=None,
        responses={204: None},
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        now = timezone.now()
        session = access.get_own_session_or_404(request.user, public_id, on=timezone.localdate(now))
        with _rules():
            talks.withdraw_talk(session=session, by=request.user, now=now)
        return Response(status=204)


class FollowUpsView(ApiView):
    @extend_schema(
        operation_id="follow_ups_list",
        summary="Promises, the earliest due first: your own, or those about a pupil",
        parameters=[shapes.FollowUpQuery],
        responses=page_of(shapes.FollowUpItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        now = timezone.now()
        on = timezone.localdate(now)
        access.require_logging(request.user, on=on)
        asked = self.query(shapes.FollowUpQuery)
        student_id, student = asked.pop("student"), None
        if student_id:
            student = student_access.get_student_or_404(request.user, student_id, Perm.STUDENT_VIEW, on=on)
        page = lists.follow_ups_page(request.user, student=student, now=now, **asked)
        return self.page(page, shapes.FollowUpItemSerializer)


class FollowUpView(ApiView):
    @extend_schema(
        operation_id="follow_ups_retrieve",
        summary="One promise, with its note if it came from a school-wide entry",
        responses=shapes.FollowUpSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        found = access.get_follow_up_or_404(request.user, public_id, on=timezone.localdate())
        return Response(shapes.FollowUpSerializer(found).data)


class FollowUpNoteView(ApiView):
    @extend_schema(
        operation_id="follow_ups_note",
        summary="The note of a promise",
        description="After a closed entry the rules of its words hold: noted, and the second factor needed.",
        responses=shapes.NoteSerializer,
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        found = access.get_follow_up_or_404(request.user, public_id, on=timezone.localdate())
        if found.is_closed:
            step_up.require_for_api(request)
        found = follow_ups.read(follow_up=found, by=request.user)
        return Response(shapes.NoteSerializer(found).data)


def _change(
    request: ApiRequest, public_id: uuid.UUID, service: Callable[..., FollowUp], **more: Any
) -> Response:
    now = timezone.now()
    found = access.get_follow_up_or_404(request.user, public_id, on=timezone.localdate(now))
    with _rules():
        changed = service(follow_up=found, by=request.user, now=now, **more)
    return Response(shapes.FollowUpSerializer(changed).data)


class FollowUpDoneView(ApiView):
    @extend_schema(
        operation_id="follow_ups_done",
        summary="The promise was kept; its reminders end. Twice is once",
        request=None,
        responses=shapes.FollowUpSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _change(request, public_id, follow_ups.complete)


class FollowUpReopenView(ApiView):
    @extend_schema(
        operation_id="follow_ups_reopen",
        summary="Undo “done”",
        request=None,
        responses=shapes.FollowUpSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _change(request, public_id, follow_ups.reopen)


class FollowUpCancelView(ApiView):
    @extend_schema(
        operation_id="follow_ups_cancel",
        summary="The promise no longer stands",
        request=None,
        responses=shapes.FollowUpSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        return _change(request, public_id, follow_ups.cancel)


class FollowUpMoveView(ApiView):
    @extend_schema(
        operation_id="follow_ups_move",
        summary="Give the promise another day; the reminder moves with it",
        request=shapes.MoveShape,
        responses=shapes.FollowUpSerializer,
        extensions=MAY_CONFLICT,
    )
    def post(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        access.get_follow_up_or_404(request.user, public_id, on=timezone.localdate())  # before the shape
        due_on = self.body(shapes.MoveShape).validated_data["due_on"]
        return _change(request, public_id, follow_ups.move, due_on=due_on)


class TopicsView(ApiView):
    @extend_schema(
        operation_id="schools_topics_list",
        summary="The topics a school uses now, in its order",
        parameters=[PageQuery],
        responses=page_of(shapes.TopicSerializer),
    )
    def get(self, request: ApiRequest, public_id: uuid.UUID) -> Response:
        on = timezone.localdate()
        school = school_access.get_school_or_404(request.user, public_id, Perm.SCHOOL_VIEW, on=on)
        page = lists.topics_page(school, **self.query(PageQuery))
        return self.page(page, shapes.TopicSerializer)
