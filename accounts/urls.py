from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.me, name="me"),
    path("preferences/", views.preferences, name="preferences"),
    path("language/", views.guest_language, name="guest_language"),
    path("token/", views.issue_token, name="issue_token"),
    path("token/revoke/", views.revoke_token, name="revoke_token"),
]
