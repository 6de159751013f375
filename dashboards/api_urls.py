"""Addresses of the API, under /api/v1/; names in the space `api`."""

from django.urls import URLPattern, path

from dashboards import api

urlpatterns: list[URLPattern] = [
    path("district/indicators/", api.IndicatorsView.as_view(), name="district_indicators"),
    path("district/areas/<slug:code>/weeks/", api.WeeksView.as_view(), name="district_weeks"),
    path("district/areas/<slug:code>/schools/", api.SchoolsView.as_view(), name="district_schools"),
    path("district/releases/", api.ReleasesView.as_view(), name="district_releases"),
    path("district/releases/<uuid:public_id>/", api.ReleaseView.as_view(), name="district_release"),
]
