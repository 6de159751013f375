from django.urls import URLPattern

app_name = "dormitories"

urlpatterns: list[URLPattern] = []
