from django.urls import URLPattern

from dormitories import house_urls, plan_urls, roll_urls

app_name = "dormitories"

urlpatterns: list[URLPattern] = [*house_urls.urlpatterns, *plan_urls.urlpatterns, *roll_urls.urlpatterns]
