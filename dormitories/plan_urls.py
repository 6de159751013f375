"""Pages of plans for beds."""

from __future__ import annotations

from django.urls import path

from dormitories.views import plans

urlpatterns = [
    path("plans/", plans.bed_plans, name="bed_plans"),
    path("plans/<uuid:public_id>/", plans.bed_plan, name="bed_plan"),
    path("plans/<uuid:public_id>/approve/", plans.bed_plan_approve, name="bed_plan_approve"),
    path("plans/<uuid:public_id>/undo/", plans.bed_plan_undo, name="bed_plan_undo"),
    path("plans/<uuid:public_id>/drop/", plans.bed_plan_drop, name="bed_plan_drop"),
    path("plans/<uuid:public_id>/<uuid:student_id>/", plans.bed_plan_change, name="bed_plan_change"),
]
