"""Addresses of the API, under /api/v1/; names in the space `api`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
