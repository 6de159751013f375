from django.urls import URLPattern

from dormitories import roll_urls

app_name = "dormitories"

urlpatterns: list[URLPattern] = [*roll_urls.urlpatterns]
