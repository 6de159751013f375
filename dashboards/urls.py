from django.urls import URLPattern, path

from dashboards.views import district, statistics

app_name = "dashboards"

urlpatterns: list[URLPattern] = [
    path("", district.own, name="district"),
    path("definitions/", district.definitions, name="definitions"),
    path("area/<slug:code>/", district.area, name="area"),
    path("area/<slug:code>/print/", district.on_paper, name="print"),
    path("area/<slug:code>/export/", district.export, name="export"),
    path("statistics/", statistics.published, name="published"),
    path("statistics/new/", statistics.ask_release, name="ask_release"),
    path("statistics/<uuid:public_id>/", statistics.release, name="release"),
    path("statistics/<uuid:public_id>/export/", statistics.export, name="release_export"),
    path("returns/", statistics.own_returns, name="returns"),
    path("returns/<uuid:public_id>/file/", statistics.return_file, name="return_file"),
]
