"""Addresses of the API, under /api/v1/; names in the space `api`."""

from django.urls import URLPattern, path

from dormitories import api_houses, plan_api, roll_api

urlpatterns: list[URLPattern] = [
    path("buildings/", api_houses.BuildingsView.as_view(), name="buildings"),
    path("buildings/<uuid:public_id>/rooms/", api_houses.RoomsView.as_view(), name="building_rooms"),
    path("buildings/<uuid:public_id>/beds/", api_houses.BedsView.as_view(), name="building_beds"),
    path("stays/", api_houses.StaysView.as_view(), name="stays"),
    path("bed-plans/", plan_api.PlansView.as_view(), name="bed_plans"),
    path("bed-plans/<uuid:public_id>/", plan_api.PlanView.as_view(), name="bed_plan"),
    path("bed-plans/<uuid:public_id>/places/", plan_api.PlacesView.as_view(), name="bed_plan_places"),
    path("bed-plans/<uuid:public_id>/rooms/", plan_api.RoomPointsView.as_view(), name="bed_plan_rooms"),
    path("bed-plans/<uuid:public_id>/change/", plan_api.PlanChangeView.as_view(), name="bed_plan_change"),
    path("bed-plans/<uuid:public_id>/approve/", plan_api.PlanApproveView.as_view(), name="bed_plan_approve"),
    path("bed-plans/<uuid:public_id>/undo/", plan_api.PlanUndoView.as_view(), name="bed_plan_undo"),
    path("bed-plans/<uuid:public_id>/drop/", plan_api.PlanDropView.as_view(), name="bed_plan_drop"),
    path("leaves/", roll_api.LeavesView.as_view(), name="leaves"),
    path("leaves/<uuid:public_id>/", roll_api.LeaveView.as_view(), name="leave"),
    path("leaves/<uuid:public_id>/approve/", roll_api.LeaveApproveView.as_view(), name="leave_approve"),
    path("leaves/<uuid:public_id>/refuse/", roll_api.LeaveRefuseView.as_view(), name="leave_refuse"),
    path("leaves/<uuid:public_id>/out/", roll_api.LeaveOutView.as_view(), name="leave_out"),
    path("leaves/<uuid:public_id>/back/", roll_api.LeaveBackView.as_view(), name="leave_back"),
    path("rolls/", roll_api.RollsView.as_view(), name="rolls"),
    path("rolls/<uuid:public_id>/", roll_api.RollView.as_view(), name="roll"),
    path("rolls/<uuid:public_id>/marks/", roll_api.RollMarksView.as_view(), name="roll_marks"),
    path("rolls/<uuid:public_id>/close/", roll_api.RollCloseView.as_view(), name="roll_close"),
]
