"""Addresses of the whole program. Each needs a row in tests/architecture/access_matrix.py."""

from django.conf import settings
from django.urls import include, path

from core import views as core_views

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("me/", include("accounts.urls")),
]
