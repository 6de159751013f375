"""Addresses of the whole program. Each needs a row in tests/architecture/access_matrix.py."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from core import views as core_views
from core.api import docs as api_docs

handler400 = "core.api.errors.bad_request"
handler404 = "core.api.errors.not_found"
handler500 = "core.api.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", core_views.healthz, name="healthz"),
    path("csp-report/", core_views.csp_report, name="csp_report"),
    path("hide/", core_views.hide, name="hide"),
    path("accounts/", include("accounts.sign_in_urls")),
    path("accounts/2fa/", include("accounts.second_factor.urls")),
    path("me/", include("accounts.urls")),
    path("api/v1/docs/", api_docs.reference, name="reference_for_programs"),
    path("api/v1/", include("config.api_urls")),
    path("", include("students.urls")),
    path("", include("counselling.urls")),
    path("dormitories/", include("dormitories.urls")),
    path("calls/", include("calls.urls")),
    path("district/", include("dashboards.urls")),
    path("reminders/", include("reminders.urls")),
    path("school/", include("schools.urls")),
]

if getattr(settings, "UI_GALLERY", False):
    urlpatterns.append(path("ui/", include("core.gallery")))
