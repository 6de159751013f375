"""The rows of the district pages and their API in the access matrix."""

from __future__ import annotations

from accounts.roles import Role
from tests.architecture.access_rows import Again, Row, Scope, pages

DISTRICT = {Role.DISTRICT_OFFICIAL, Role.STATISTICS_OFFICER}
OFFICER = {Role.STATISTICS_OFFICER}

DISTRICT_ROWS: list[Row] = [
    *pages("dashboards:district", Scope.MINE, "GET", allow=DISTRICT),
    *pages("dashboards:definitions", Scope.MINE, "GET", allow=DISTRICT),
    *pages("dashboards:area", Scope.OBJECT, "GET", allow=DISTRICT, args=("area_code",)),
    *pages("dashboards:print", Scope.OBJECT, "GET", allow=DISTRICT, args=("area_code",)),
    *pages("dashboards:export", Scope.OBJECT, "POST", allow=DISTRICT, args=("area_code",)),
    *pages("dashboards:published", Scope.MINE, "GET", allow=DISTRICT),
    *pages("dashboards:release", Scope.OBJECT, "GET", allow=DISTRICT, args=("release",)),
    *pages("dashboards:release_export", Scope.OBJECT, "POST", allow=DISTRICT, args=("release",)),
    *pages("dashboards:ask_release", Scope.MINE, "GET", "POST", allow=OFFICER),
    *pages("dashboards:returns", Scope.MINE, "GET", "POST", allow=OFFICER, again=Again.ALWAYS),
    # only whoever asked for it fetches it: in the world, nobody of the cast did
    *pages("dashboards:return_file", Scope.OBJECT, "POST", args=("return",)),
    *pages("api:district_indicators", Scope.MINE, "GET", allow=DISTRICT, json=True),
    *pages("api:district_weeks", Scope.OBJECT, "GET", allow=DISTRICT, args=("area_code",), json=True),
    *pages("api:district_schools", Scope.OBJECT, "GET", allow=DISTRICT, args=("area_code",), json=True),
    *pages("api:district_releases", Scope.MINE, "GET", allow=DISTRICT, json=True),
    *pages("api:district_release", Scope.OBJECT, "GET", allow=DISTRICT, args=("release",), json=True),
]
