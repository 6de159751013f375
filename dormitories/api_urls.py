"""Addresses of the API, under /api/v1/; names in the space `api`."""

from django.urls import URLPattern, path

from dormitories import api_houses

urlpatterns: list[URLPattern] = [
    path("buildings/", api_houses.BuildingsView.as_view(), name="buildings"),
    path("buildings/<uuid:public_id>/rooms/", api_houses.RoomsView.as_view(), name="building_rooms"),
    path("buildings/<uuid:public_id>/beds/", api_houses.BedsView.as_view(), name="building_beds"),
    path("stays/", api_houses.StaysView.as_view(), name="stays"),
]
