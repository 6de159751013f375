"""Each lock alone. What is taken away here is listed; test_matrix.py holds the list to the access modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import Http404

from accounts.backends import NamePhoneOrEmailBackend
from accounts.models import User
from accounts.roles import ROLES, Role
from calls import access as call_access
from calls import access_board
from core import tenancy_web
from core.models import Export
from counselling import access as talk_access
from counselling import access_concerns
from counselling.models import Concern, FollowUp, Session
from dashboards import access as district_access
from dashboards.models import StatutoryReturn
from dormitories import access as house_access
from dormitories import access_leave, access_plans, access_rolls
from reminders import access as reminder_access
from reminders.models import Reminder
from schools import access as school_access
from schools.access import Grant, Reason
from schools.models import School
from students import access as student_access
from students.models import Student

MODULES = (
    school_access,
    student_access,
    talk_access,
    access_concerns,
    reminder_access,
    house_access,
    access_leave,
    access_plans,
    access_rolls,
    call_access,
    access_board,
    district_access,
)
REASON = Reason("open", "no lock")


def _yes(*_args: Any, **_kwargs: Any) -> Reason:
    return REASON


def _true(*_args: Any, **_kwargs: Any) -> bool:
    return True


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Doesn't raise."""


def _all(model: Any) -> Callable[..., Any]:
    def everything(*_args: Any, **_kwargs: Any) -> Any:
        return model.objects.all()

    return everything


def _fetch(model: Any, *related: str) -> Callable[..., Any]:
    """Whatever the database shows under this id."""

    def get(_user: Any, public_id: Any, **_kwargs: Any) -> Any:
        found = model.objects.select_related(*related).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    return get


def _reading(user: User, *_args: Any, **_kwargs: Any) -> Any:
    return talk_access.Reading(
        user.pk, school_wide=True, restricted=True, knows_restricted=True, process=True, sealed=True
    )


# The functions that decide, each answering yes or everything.
OPENED: dict[str, Callable[..., Any]] = {
    "schools.access.can": _yes,
    "schools.access.holds": _true,
    "schools.access.works_in": _true,
    "schools.access.visible_schools": _all(School),
    "students.access.visible_students": _all(Student),
    "students.access.reason_for": _yes,
    "students.access.may_approve": _true,
    "students.access.may_review": _true,
    "students.access.may_break_glass": _true,
    "students.access.may_know_emergencies": _true,
    "students.access.require_finding": _nothing,
    "students.access.require_exporting": _nothing,
    "students.access.exportable_students": _all(Student),
    "students.access.get_export_or_404": _fetch(Export),
    "counselling.access.reading": _reading,
    "counselling.access.own_reading": _reading,
    "counselling.access.visible_sessions": _all(Session),
    "counselling.access.visible_follow_ups": _all(FollowUp),
    "counselling.access.left_behind": _all(FollowUp),
    "counselling.access.levels_for": lambda *_args, **_kwargs: list(Session.Sensitivity.values),
    "counselling.access.may_share": _true,
    "counselling.access.require_logging": _nothing,
    "counselling.access.get_own_session_or_404": _fetch(Session, "student__school", "author"),
    "counselling.access_concerns.require_reporting": _nothing,
    "counselling.access_concerns.reading_reason": _yes,
    "counselling.access_concerns.knowing_reason": _yes,
    "counselling.access_concerns.handling_reason": lambda *_args, **_kwargs: access_concerns.LEAD,
    "counselling.access_concerns.readable_concerns": _all(Concern),
    "counselling.access_concerns.visible_concerns": _all(Concern),
    "counselling.access_concerns.handled_concerns": _all(Concern),
    "counselling.access_concerns.reported_concerns": _all(Concern),
    "counselling.access_concerns.reports_about": _true,
    "counselling.access_concerns.sees_child": _true,
    "dashboards.access.visible_returns": _all(StatutoryReturn),
    "reminders.access.own": _all(Reminder),
    "reminders.access.overseen": _all(Reminder),
    "reminders.access.get_overseen_or_404": _fetch(Reminder, "school__area"),
}


def opened(school_ids: list[int]) -> dict[str, Callable[..., Any]]:
    """OPENED, and every role in every school of the whole world."""

    def grants(_user: User, *, on: Any) -> list[Grant]:
        held = [
            Grant(role, school) for role in Role for school in school_ids if ROLES[role].scope == "school"
        ]
        return held + [Grant(role, None, area_path="") for role in Role if ROLES[role].scope == "area"]

    return {"schools.access.grants": grants, **OPENED}


# Built on those above: with them open, these are.
FOLLOW = {
    "schools.access": {
        "grants_with", "school_ids", "get_school_or_404", "get_own_school_or_403", "get_year_or_404",
        "get_term_or_404", "get_day_or_404", "get_invitation_or_404",
    },
    "students.access": {
        "reached_by", "open_emergencies", "get_student_or_404", "get_student_to_open_or_404",
        "get_emergency_or_404", "get_roster_or_404",
    },
    "counselling.access": {
        "get_session_or_404", "get_follow_up_or_404", "get_left_behind_or_404", "get_shareable_session_or_404",
        "resolve_pupils", "resolve_pupil_ids", "get_topic_or_404",
    },
    "counselling.access_concerns": {
        "get_concern_or_404", "get_handled_or_404", "colleagues", "find_pupils", "get_named_pupil",
    },
    "reminders.access": {"get_own_or_404"},
    "dashboards.access": {
        "paths", "visible_areas", "get_own_area_or_403", "get_area_or_404", "visible_releases", "get_release_or_404",
        "get_return_or_404",
    },
    "calls.access": {"get_rota_or_404", "may_plan", "known_pupils"},
    "calls.access_board": {
        "board_schools", "require_view", "visible_calls", "get_call_or_404", "visible_tasks",
        "tasks_of_own_class", "get_task_or_404",
    },
    "dormitories.access": {
        "require_seeing_houses", "require_giving_beds", "require_seeing_rules", "seen_schools", "sleepers", "may",
        "may_know_why", "rule_schools", "get_building_or_404", "get_room_or_404", "get_bed_or_404",
        "get_file_or_404", "get_pupil_or_404", "get_rule_or_404", "get_rule_to_end_or_404",
        "get_rule_to_read_or_404", "may_end",
    },
    "dormitories.access_leave": {
        "require_seeing", "require_asking", "visible_leaves", "get_leave_or_404", "may", "reached", "sides_of",
    },
    "dormitories.access_plans": {"planning_schools", "get_plan_or_404"},
    "dormitories.access_rolls": {
        "looking_schools", "taking_schools", "require_looking", "visible_rolls", "get_roll_or_404", "get_house_or_404",
    },
}  # fmt: skip
# Ask nothing about whoever asks: a clock, the people of a school, rows of an object that has passed already.
NO_LOCK = {
    "schools.access": {
        "time_of_day", "moment_of", "people_on_duty", "get_duty_or_404", "has_lead", "works_there", "members_of",
        "get_membership_or_404",
    },
    "students.access": {
        "present_enrolments", "reviewers_of", "get_pairing_or_404", "people_who", "emergencies_of",
        "get_link_or_404", "get_of_adult_or_404", "get_care_or_404",
    },
    "counselling.access": {"may_take_over", "readers", "nameable"},
    "counselling.access_concerns": {
        "get_share_or_404", "staff", "staff_but_accused", "receivers", "readers", "handlers", "to_share_with",
    },
    "reminders.access": set(),
    "dormitories.access": set(),
    "dormitories.access_leave": {"missing_for", "class_teachers", "collectors_of", "duty_leaders", "heads"},
    "dormitories.access_plans": set(),
    "dormitories.access_rolls": {"get_mark_or_404"},
    "dashboards.access": set(),
    "calls.access": {"get_phone_or_404", "get_window_or_404", "get_exception_or_404"},
    "calls.access_board": {"contactable", "contactable_person"},
}  # fmt: skip


@contextmanager
def database_only(school_ids: list[int]) -> Iterator[None]:
    """Python's lock taken away: who is asked whether somebody may says yes, and a closed account stays open."""
    with ExitStack() as stack:
        for name, function in opened(school_ids).items():
            stack.enter_context(mock.patch(name, function))
        stack.enter_context(mock.patch.object(NamePhoneOrEmailBackend, "get_user", _anybody))
        yield


def _anybody(_backend: Any, user_id: int) -> User | None:
    return User.objects.filter(pk=user_id).first()


@contextmanager
def nobodys_scope() -> Iterator[None]:
    """For the database, whoever asks isn't signed in."""
    with mock.patch.object(tenancy_web, "_token", return_value=None):
        yield


@contextmanager
def python_only() -> Iterator[None]:
    """The database's lock taken away: row security off in every table, by the owner. Before any transaction."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relrowsecurity AND n.nspname = 'public' ORDER BY 1"
        )
        tables = [row[0] for row in cursor.fetchall()]
        if not tables:
            raise PermissionDenied("No table has row security: there is no second lock to take away.")
        cursor.execute("".join(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; " for table in tables))
        try:
            yield
        finally:
            cursor.execute("".join(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; " for table in tables))
