"""Pages of houses, beds, stays and rules."""

from __future__ import annotations

from django.urls import path

from dormitories.views import house_files, houses, rules, stays

urlpatterns = [
    path("", houses.index, name="houses"),
    path("schools/<uuid:school_id>/new/", houses.building_new, name="building_new"),
    path("schools/<uuid:school_id>/file/", house_files.upload, name="house_upload"),
    path("schools/<uuid:school_id>/file/pattern/", house_files.pattern, name="house_pattern"),
    path("files/<uuid:public_id>/", house_files.detail, name="house_file"),
    path("files/<uuid:public_id>/confirm/", house_files.confirm, name="house_file_confirm"),
    path("<uuid:public_id>/", houses.plan, name="plan"),
    path("<uuid:public_id>/edit/", houses.building_edit, name="building_edit"),
    path("<uuid:public_id>/rooms/", houses.rooms_new, name="rooms_new"),
    path("rooms/<uuid:public_id>/", houses.room_edit, name="room_edit"),
    path("beds/<uuid:public_id>/order/", houses.bed_order, name="bed_order"),
    path("beds/<uuid:public_id>/give/", stays.bed_give, name="bed_give"),
    path("children/<uuid:public_id>/bed/", stays.pupil_bed, name="pupil_bed"),
    path("children/<uuid:public_id>/bed/end/", stays.stay_end, name="stay_end"),
    path("rules/", rules.rules_list, name="rules"),
    path("rules/new/", rules.rule_new, name="rule_new"),
    path("rules/<uuid:public_id>/", rules.rule_detail, name="rule"),
    path("rules/<uuid:public_id>/why/", rules.rule_why, name="rule_why"),
    path("rules/<uuid:public_id>/end/", rules.rule_end, name="rule_end"),
]
