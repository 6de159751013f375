"""Addresses of the REST API. Each needs a row in tests/architecture/access_matrix.py, as every page does."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts import api as accounts
from calls.api_urls import urlpatterns as calls
from core.api.schema import SchemaView
from counselling import api as counselling
from dashboards.api_urls import urlpatterns as dashboards
from dormitories.api_urls import urlpatterns as dormitories
from schools import api as schools
from students import api as students

app_name = "api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("token/", accounts.TokenView.as_view(), name="token"),
    path("schools/", schools.SchoolsView.as_view(), name="schools"),
    path("schools/<uuid:public_id>/", schools.SchoolView.as_view(), name="school"),
    path("schools/<uuid:public_id>/classes/", schools.ClassesView.as_view(), name="school_classes"),
    path("schools/<uuid:public_id>/topics/", counselling.TopicsView.as_view(), name="school_topics"),
    path("students/", students.StudentsView.as_view(), name="students"),
    path("students/<uuid:public_id>/", students.StudentView.as_view(), name="student"),
    path("students/<uuid:public_id>/home/", students.HomeView.as_view(), name="student_home"),
    path("sessions/", counselling.SessionsView.as_view(), name="sessions"),
    path("sessions/<uuid:public_id>/", counselling.SessionView.as_view(), name="session"),
    path("sessions/<uuid:public_id>/texts/", counselling.SessionTextsView.as_view(), name="session_texts"),
    path(
        "sessions/<uuid:public_id>/withdraw/",
        counselling.SessionWithdrawView.as_view(),
        name="session_withdraw",
    ),
    path("follow-ups/", counselling.FollowUpsView.as_view(), name="follow_ups"),
    path("follow-ups/<uuid:public_id>/", counselling.FollowUpView.as_view(), name="follow_up"),
    path("follow-ups/<uuid:public_id>/done/", counselling.FollowUpDoneView.as_view(), name="follow_up_done"),
    path(
        "follow-ups/<uuid:public_id>/reopen/",
        counselling.FollowUpReopenView.as_view(),
        name="follow_up_reopen",
    ),
    path(
        "follow-ups/<uuid:public_id>/cancel/",
        counselling.FollowUpCancelView.as_view(),
        name="follow_up_cancel",
    ),
    path("follow-ups/<uuid:public_id>/note/", counselling.FollowUpNoteView.as_view(), name="follow_up_note"),
    path("follow-ups/<uuid:public_id>/move/", counselling.FollowUpMoveView.as_view(), name="follow_up_move"),
    *dormitories,
    *calls,
    *dashboards,
]
