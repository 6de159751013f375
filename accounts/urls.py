from django.urls import path

from accounts import session_views, views

app_name = "accounts"

urlpatterns = [
    path("", views.me, name="me"),
    path("preferences/", views.preferences, name="preferences"),
    path("language/", views.guest_language, name="guest_language"),
    path("session/left/", session_views.left, name="session_left"),
    path("session/over/", session_views.over, name="session_over"),
    path("sessions/end-others/", session_views.end_others, name="sessions_end_others"),
    path("sessions/<uuid:public_id>/end/", session_views.end, name="session_end"),
    path("token/", views.issue_token, name="issue_token"),
    path("token/revoke/", views.revoke_token, name="revoke_token"),
]
