from django.urls import path

from calls.views import answer, board, bookings, rota, setup

app_name = "calls"

_SCHOOL = "<uuid:school_id>/"

urlpatterns = [
    path("", rota.own_week, name="week"),
    path(_SCHOOL, rota.week, name="school_week"),
    path(f"{_SCHOOL}print/", rota.week_print, name="week_print"),
    path(f"{_SCHOOL}phones/", setup.phones, name="phones"),
    path(f"{_SCHOOL}phones/new/", setup.phone_new, name="phone_new"),
    path(f"{_SCHOOL}phones/<uuid:phone_id>/end/", setup.phone_end, name="phone_end"),
    path(f"{_SCHOOL}windows/new/", setup.window_new, name="window_new"),
    path(f"{_SCHOOL}windows/<uuid:window_id>/end/", setup.window_end, name="window_end"),
    path(f"{_SCHOOL}exceptions/new/", setup.exception_new, name="exception_new"),
    path(f"{_SCHOOL}exceptions/remove/", setup.exception_remove, name="exception_remove"),
    path(f"{_SCHOOL}rotas/", rota.rotas, name="rotas"),
    path("rotas/<uuid:rota_id>/", rota.rota, name="rota"),
    path("rotas/<uuid:rota_id>/publish/", rota.publish, name="rota_publish"),
    path("rotas/<uuid:rota_id>/withdraw/", rota.withdraw, name="rota_withdraw"),
    path("book/<uuid:student_id>/", bookings.call_new, name="call_new"),
    path("call/<uuid:call_id>/move/", bookings.call_move, name="call_move"),
    path("call/<uuid:call_id>/cancel/", bookings.call_cancel, name="call_cancel"),
    path("board/", board.board, name="board"),
    path("board/<uuid:public_id>/", board.outcome, name="outcome"),
    path("tasks/", board.tasks, name="tasks"),
    path("tasks/<uuid:public_id>/done/", board.task_done, name="task_done"),
    path("waiting/", board.waiting, name="waiting"),
    path("contact/<uuid:student_id>/", board.contact_new, name="contact_new"),
    path("clock/<uuid:school_id>/", board.clock, name="clock"),
    path("answer/<uuid:public_id>/", answer.answer, name="answer"),
    path("a/<str:token>/", answer.open_link, name="answer_open"),
]
