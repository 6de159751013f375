from django.urls import path

from students.views import audit, children, emergencies, exports, finder, pages, pairings, records, roster

app_name = "students"

urlpatterns = [
    path("", pages.today, name="today"),
    path("find/", finder.find, name="finder"),
    path("children/", children.children, name="list"),
    path("children/new/", records.new, name="new"),
    path("children/export/", exports.new, name="export"),
    path("children/export/<uuid:public_id>/", exports.detail, name="export_detail"),
    path("children/export/<uuid:public_id>/file/", exports.file, name="export_file"),
    path("children/export/<uuid:public_id>/remove/", exports.remove, name="export_remove"),
    path("children/<uuid:public_id>/", pages.detail, name="detail"),
    path("children/<uuid:public_id>/print/", pages.on_paper, name="print"),
    path("children/<uuid:public_id>/who-looked/", audit.who_looked, name="who_looked"),
    path("unusual-reads/", audit.own_unusual_reads, name="own_unusual_reads"),
    path("unusual-reads/<uuid:school_id>/", audit.unusual_reads, name="unusual_reads"),
    path("children/<uuid:public_id>/edit/", records.edit, name="edit"),
    path("children/<uuid:public_id>/class/", records.place, name="place"),
    path("children/<uuid:public_id>/leave/", records.leave, name="leave"),
    path("children/<uuid:public_id>/pairings/", pairings.pairings, name="pairings"),
    path("children/<uuid:public_id>/pairings/end/", pairings.pairing_end, name="pairing_end"),
    path("children/<uuid:public_id>/break-glass/", emergencies.open_record, name="emergency_open"),
    path("break-glass/", emergencies.uses, name="emergencies"),
    path("break-glass/find/", emergencies.find, name="emergency_find"),
    path("break-glass/<uuid:public_id>/", emergencies.use, name="emergency"),
    path("break-glass/<uuid:public_id>/approve/", emergencies.approve, name="emergency_approve"),
    path("break-glass/<uuid:public_id>/end/", emergencies.end, name="emergency_end"),
    path("break-glass/<uuid:public_id>/review/", emergencies.review, name="emergency_review"),
    path("roster/", roster.imports, name="roster_imports"),
    path("roster/<uuid:public_id>/", roster.detail, name="roster_import_detail"),
    path("roster/<uuid:public_id>/confirm/", roster.confirm, name="roster_import_confirm"),
    path("roster/<uuid:public_id>/withdraw/", roster.withdraw, name="roster_import_withdraw"),
    path("roster/<uuid:public_id>/rows/<int:number>/", roster.decide, name="roster_import_decide"),
    path("roster/<uuid:public_id>/report/<str:kind>/", roster.report, name="roster_import_report"),
]
