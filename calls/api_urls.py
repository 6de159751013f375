"""Addresses of the API, under /api/v1/; names in the space `api`."""

from django.urls import URLPattern, path

from calls import api, api_contacts

urlpatterns: list[URLPattern] = [
    path("schools/<uuid:public_id>/calls/", api.CallsView.as_view(), name="school_calls"),
    path("schools/<uuid:public_id>/rotas/", api.RotasView.as_view(), name="school_rotas"),
    path("students/<uuid:public_id>/contacts/", api_contacts.ContactsView.as_view(), name="student_contacts"),
    path("rotas/<uuid:public_id>/", api.RotaView.as_view(), name="rota"),
]
