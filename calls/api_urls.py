"""Addresses of the API, under /api/v1/; names in the space `api`."""

from django.urls import URLPattern, path

from calls import api

urlpatterns: list[URLPattern] = [
    path("schools/<uuid:public_id>/calls/", api.CallsView.as_view(), name="school_calls"),
    path("schools/<uuid:public_id>/rotas/", api.RotasView.as_view(), name="school_rotas"),
    path("rotas/<uuid:public_id>/", api.RotaView.as_view(), name="rota"),
]
