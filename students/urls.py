from django.urls import path

from students.views import pages

app_name = "students"

urlpatterns = [
    path("", pages.today, name="today"),
    path("children/<uuid:public_id>/", pages.detail, name="detail"),
]
