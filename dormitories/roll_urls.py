"""Pages of the roll and of leave."""

from __future__ import annotations

from django.urls import path

from dormitories.views import leaves, rolls

urlpatterns = [
    path("rolls/", rolls.tonight, name="rolls"),
    path("rolls/earlier/", rolls.earlier, name="rolls_earlier"),
    path("schools/<uuid:school_id>/roll-times/", rolls.roll_times, name="roll_times"),
    path("houses/<uuid:house_id>/roll/", rolls.roll_open, name="roll_open"),
    path("rolls/<uuid:public_id>/", rolls.roll, name="roll"),
    path("rolls/<uuid:public_id>/news/", rolls.roll_news, name="roll_news"),
    path("rolls/<uuid:public_id>/close/", rolls.roll_close, name="roll_close"),
    path("rolls/<uuid:public_id>/print/", rolls.roll_print, name="roll_print"),
    path("rolls/<uuid:public_id>/<int:number>/", rolls.roll_mark, name="roll_mark"),
    path("rolls/<uuid:public_id>/<int:number>/where/", rolls.roll_where, name="roll_where"),
    path("leaves/", leaves.movements, name="leaves"),
    path("leaves/new/<uuid:student_id>/", leaves.leave_new, name="leave_new"),
    path("leaves/<uuid:public_id>/", leaves.leave, name="leave"),
    path("leaves/<uuid:public_id>/approve/", leaves.leave_approve, name="leave_approve"),
    path("leaves/<uuid:public_id>/refuse/", leaves.leave_refuse, name="leave_refuse"),
    path("leaves/<uuid:public_id>/cancel/", leaves.leave_cancel, name="leave_cancel"),
    path("leaves/<uuid:public_id>/out/", leaves.leave_out, name="leave_out"),
    path("leaves/<uuid:public_id>/back/", leaves.leave_back, name="leave_back"),
    path("leaves/<uuid:public_id>/undo/", leaves.leave_undo, name="leave_undo"),
]
