"""Addresses below /reminders/."""

from django.urls import path

from reminders import views

app_name = "reminders"

urlpatterns = [
    path("", views.bell, name="bell"),
    path("read/", views.mark_all_read, name="mark_all_read"),
    path("oversight/", views.oversight, name="oversight"),
    path("outside/", views.sent_outside, name="outside"),
    path("<uuid:public_id>/", views.open_reminder, name="open"),
    path("<uuid:public_id>/resolve/", views.resolve, name="resolve"),
]
