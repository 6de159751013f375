from django.urls import path, register_converter

from core.converters import DateConverter
from schools.views import audit, calendar, duties, factors, join, members, places, two_people

app_name = "schools"

register_converter(DateConverter, "date")

_SCHOOL = "<uuid:school_id>/"

urlpatterns = [
    path("", places.overview, name="overview"),
    path("members/", members.own_members, name="members"),
    path("audit/", audit.own_audit, name="audit"),
    path("join/", join.join, name="join"),
    path("join/<str:token>/", join.open_invitation, name="open_invitation"),
    path(_SCHOOL, places.detail, name="detail"),
    path(f"{_SCHOOL}classes/new/", places.class_new, name="class_new"),
    path(f"{_SCHOOL}calendar/", calendar.calendar, name="calendar"),
    path(f"{_SCHOOL}calendar/years/new/", calendar.year_new, name="year_new"),
    path(f"{_SCHOOL}calendar/years/<date:year>/", calendar.year_edit, name="year_edit"),
    path(f"{_SCHOOL}calendar/years/<date:year>/remove/", calendar.year_remove, name="year_remove"),
    path(f"{_SCHOOL}calendar/years/<date:year>/terms/new/", calendar.term_new, name="term_new"),
    path(f"{_SCHOOL}calendar/years/<date:year>/terms/<int:number>/", calendar.term_edit, name="term_edit"),
    path(
        f"{_SCHOOL}calendar/years/<date:year>/terms/<int:number>/remove/",
        calendar.term_remove,
        name="term_remove",
    ),
    path(f"{_SCHOOL}calendar/days/new/", calendar.day_new, name="day_new"),
    path(f"{_SCHOOL}calendar/days/<date:day>/", calendar.day_edit, name="day_edit"),
    path(f"{_SCHOOL}calendar/days/<date:day>/remove/", calendar.day_remove, name="day_remove"),
    path(f"{_SCHOOL}members/", members.members, name="school_members"),
    path(f"{_SCHOOL}members/end/", members.membership_end, name="membership_end"),
    path(f"{_SCHOOL}members/new-sheet/", factors.factors_reset, name="factors_reset"),
    path(f"{_SCHOOL}members/grant/", members.role_grant, name="role_grant"),
    path(f"{_SCHOOL}members/invite/", members.invite, name="invite"),
    path(f"{_SCHOOL}members/stand-in/", two_people.stand_in, name="stand_in"),
    path(f"{_SCHOOL}members/confirm/", two_people.invitations_to_confirm, name="invitations_to_confirm"),
    path(
        f"{_SCHOOL}members/invitations/<uuid:invitation_id>/confirm/",
        two_people.invitation_confirm,
        name="invitation_confirm",
    ),
    path(f"{_SCHOOL}duties/", duties.duties, name="duties"),
    path(f"{_SCHOOL}duties/new/", duties.duty_new, name="duty_new"),
    path(f"{_SCHOOL}duties/<uuid:duty_id>/cancel/", duties.duty_cancel, name="duty_cancel"),
    path(
        f"{_SCHOOL}members/invitations/<uuid:invitation_id>/withdraw/",
        members.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path(f"{_SCHOOL}audit/", audit.events, name="school_audit"),
    path(f"{_SCHOOL}audit/changes/", audit.changes, name="school_audit_changes"),
    path(f"{_SCHOOL}audit/export/", audit.export, name="school_audit_export"),
]
