"""The roster import in the browser's terms: upload, check, decide, confirm, report."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from core.uploads import BoundedUploadHandler
from students import tasks
from students.models import RosterImport, RosterRow, Student
from students.services import roster as roster_services
from tests import factories
from tests.factories.rosters import NOW
from tests.students.roster.workbooks import HEADER, PUPIL, workbook

DATA = Path(__file__).parent.parent / "data"
UPLOAD = "/roster/"


@pytest.fixture
def classes(school):
    return [factories.make_class(school, grade, number) for grade in range(1, 10) for number in (1, 2, 3)]


@pytest.fixture
def admin(client: Client, school_admin) -> Client:
    client.force_login(school_admin)
    return client


@pytest.fixture
def checked(school, classes, school_admin) -> RosterImport:
    """The messy sample, uploaded and checked."""
    roster = roster_services.upload_roster(
        school=school,
        content=(DATA / "roster_messy.xlsx").read_bytes(),
        file_name="roster_messy.xlsx",
        by=school_admin,
        now=NOW,
    )
    tasks.check_roster(roster.pk)
    roster.refresh_from_db()
    return roster


def upload(client: Client, content: bytes, name: str = "roster.xlsx"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def page(client: Client, roster: RosterImport, query: str = "", **headers: str):
    return client.get(
        reverse("students:roster_import_detail", args=[roster.public_id]) + query, headers=headers
    )


def post(client: Client, roster: RosterImport, action: str, *args: object, **data: str):
    return client.post(reverse(f"students:roster_import_{action}", args=[roster.public_id, *args]), data)


# --- upload ---------------------------------------------------------------------------------------


def test_an_upload_leads_to_its_own_page_and_wakes_the_check(
    admin, school, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as waiting:
        response = upload(admin, workbook(HEADER, PUPIL))

    roster = RosterImport.objects.get()
    assert response["Location"] == reverse("students:roster_import_detail", args=[roster.public_id])
    assert (roster.school, roster.state, roster.file_name) == (school, "uploaded", "roster.xlsx")
    assert len(waiting) == 1


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "roster.xlsx", "empty"),
        (b"\0", "roster.csv", "empty"),
        (b"%PDF-1.7 ...", "roster.xlsx", "not a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "roster.xlsx", "old Excel file"),
        (b"<html><table></table></html>", "roster.xls", "web page"),
        (b"PK\x03\x04broken", "roster.xlsx", "damaged"),
        (b"x" * (10 * 1024 * 1024 + 1), "roster.csv", "larger than 10 MB"),
    ],
)
def test_what_can_be_seen_to_be_no_roster_gets_a_message_beside_the_field(admin, content, name, message):
    response = upload(admin, content, name)

    assert response.status_code == 422
    assert message in str(response.context["form"].errors["file"])
    assert message in response.content.decode()
    assert not RosterImport.objects.exists()


@pytest.mark.parametrize("data", [{}, {"file": "a text, not a file"}, {"file": "\0"}])
def test_a_form_without_a_file_asks_for_one(admin, data):
    response = admin.post(UPLOAD, data)

    assert response.status_code == 422
    assert "file" in response.context["form"].errors


def test_of_a_file_over_the_limit_nothing_is_kept_in_memory_or_on_disk(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    handler = BoundedUploadHandler()
    handler.new_file("file", "big.xlsx", "application/zip", None)
    for start in range(0, 200 * 1024 * 1024, 1024 * 1024):
        handler.receive_data_chunk(b"x" * 600, start)

    kept = handler.file_complete(200 * 1024 * 1024)

    assert (kept.size, kept.read()) == (200 * 1024 * 1024, b"")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "名\u0000单.xlsx", "a" * 400 + ".xlsx", "<script>.xlsx"]
)
def test_a_strange_file_name_is_only_shown(admin, name):
    response = upload(admin, workbook(HEADER, PUPIL), name)

    assert response.status_code in {302, 422}
    listing = admin.get(UPLOAD).content.decode()
    assert "<script>.xlsx" not in listing


def test_somebody_with_two_schools_chooses_one_of_them(client, school, other_school, county):
    both = factories.make_user("both")
    for place in (school, other_school):
        factories.make_membership(both, "school_admin", school=place)
    client.force_login(both)

    nowhere = upload(client, workbook(HEADER, PUPIL))
    response = client.post(
        UPLOAD,
        {
            "file": SimpleUploadedFile("r.xlsx", workbook(HEADER, PUPIL)),
            "school": str(other_school.public_id),
        },
    )

    assert "school" in nowhere.context["form"].errors
    assert response.status_code == 302
    assert RosterImport.objects.get().school == other_school


def test_nobody_imports_into_a_school_of_others(admin, other_school, school):
    admin.post(
        UPLOAD,
        {
            "file": SimpleUploadedFile("r.xlsx", workbook(HEADER, PUPIL)),
            "school": str(other_school.public_id),
        },
    )

    assert RosterImport.objects.get().school == school


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_import_and_for_three(
    admin, school, school_admin, count, django_assert_num_queries
):
    for _ in range(count):
        factories.make_roster(school, by=school_admin)
    admin.get(UPLOAD)

    with django_assert_num_queries(7):
        response = admin.get(UPLOAD)

    assert len(response.context["page"]) == count


# --- waiting --------------------------------------------------------------------------------------


def test_the_page_polls_while_the_check_runs_and_leaves_when_it_is_done(admin, school, classes):
    upload(admin, workbook(HEADER, PUPIL))
    roster = RosterImport.objects.get()

    waiting = page(admin, roster)
    fragment = page(admin, roster, hx_request="true", hx_target="roster-progress")
    tasks.check_roster(roster.pk)
    finished = page(admin, roster, hx_request="true", hx_target="roster-progress")

    assert 'hx-trigger="every 1s"' in waiting.content.decode()
    assert "<html" not in fragment.content.decode()
    assert finished["HX-Redirect"] == reverse("students:roster_import_detail", args=[roster.public_id])


def test_a_file_refused_whole_says_why_and_how_to_mend_it(admin, school, classes):
    upload(admin, (DATA / "roster_ids_as_numbers.xlsx").read_bytes())
    roster = RosterImport.objects.get()
    tasks.check_roster(roster.pk)

    text = page(admin, roster).content.decode()

    assert "Format the column as text" in text
    assert "身份证件号" in text
    roster.refresh_from_db()
    assert (roster.state, roster.content) == ("refused", None)


# --- the check ------------------------------------------------------------------------------------


def test_the_check_shows_counts_columns_and_reasons(admin, checked):
    response = page(admin, checked)
    text = response.content.decode()

    counts = {tab["label"]: tab["count"] for tab in response.context["tabs"]}
    assert counts == {"All": 120, "New": 115, "Update": 0, "Unchanged": 0, "Warnings": 3, "Refused": 4}
    assert "全国学籍号" in text
    assert "Family member 2: telephone" in text
    assert "known, not stored" in text


@pytest.mark.parametrize(
    ("tab", "numbers"), [("warnings", [23, 33, 63]), ("refused", [15, 38, 43, 53]), ("updated", [])]
)
def test_the_tabs_filter(admin, checked, tab, numbers):
    response = page(admin, checked, f"?tab={tab}")

    assert [shown.row.number for shown in response.context["rows"]] == numbers


def test_the_rows_come_in_pages_by_key(admin, checked):
    first = page(admin, checked)
    second = page(admin, checked, f"?cursor={first.context['page'].next_cursor}")

    assert [shown.row.number for shown in first.context["rows"]] == list(range(3, 53))
    assert [shown.row.number for shown in second.context["rows"]] == list(range(53, 103))


@pytest.mark.parametrize(
    "query", ["?tab=%00", "?tab=x&cursor=f1", "?cursor=%27", "?cursor=f99999999999999999999"]
)
def test_strange_queries_show_the_first_page(admin, checked, query):
    assert page(admin, checked, query).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(admin, checked, django_assert_max_num_queries):
    page(admin, checked)
    with django_assert_max_num_queries(14) as few:
        page(admin, checked, "?tab=warnings")
    with django_assert_max_num_queries(14) as many:
        page(admin, checked, "?tab=new")

    assert len(few) == len(many)


# --- decide, confirm, withdraw ------------------------------------------------------------------------


def test_confirming_imports_and_the_second_confirmation_is_told_so(admin, checked, school):
    post(admin, checked, "confirm")
    tasks.apply_roster(checked.pk)
    tasks.apply_roster(checked.pk)
    again = admin.post(reverse("students:roster_import_confirm", args=[checked.public_id]), follow=True)

    checked.refresh_from_db()
    assert (checked.state, checked.counts["new"], checked.counts["refused"]) == ("done", 115, 4)
    assert Student.objects.filter(school=school).count() == 115
    assert "isn't waiting for a confirmation" in again.content.decode().replace("&#x27;", "'")


def test_the_person_may_follow_the_identity_number(admin, checked, school):
    response = post(admin, checked, "decide", 23, decision="identity")
    post(admin, checked, "confirm")
    tasks.apply_roster(checked.pk)

    assert response["Location"].endswith("?tab=warnings")
    assert Student.objects.get(school_number="QS00021").sex == "female"


def test_the_person_may_leave_the_row_out(admin, checked, school):
    post(admin, checked, "decide", 23, decision="leave_out")
    post(admin, checked, "confirm")
    tasks.apply_roster(checked.pk)

    assert not Student.objects.filter(school_number="QS00021").exists()
    assert checked.rows.get(number=23).verdict == "left_out"


@pytest.mark.parametrize(
    ("number", "decision", "status"), [(3, "identity", 404), (9999, "identity", 404), (23, "x", 302)]
)
def test_only_rows_that_ask_take_a_decision(admin, checked, number, decision, status):
    response = post(admin, checked, "decide", number, decision=decision)

    assert response.status_code == status
    assert not checked.rows.exclude(decision="").exists()


def test_a_file_that_brings_nothing_new_offers_no_import(admin, school, classes):
    for _ in range(2):
        upload(admin, workbook(HEADER, PUPIL))
        roster = RosterImport.objects.latest("pk")
        tasks.check_roster(roster.pk)
        shown = page(admin, roster).content.decode()
        post(admin, roster, "confirm")
        tasks.apply_roster(roster.pk)

    assert "There is nothing to import." in shown
    assert "Import these rows" not in shown


def test_withdrawing_drops_what_the_file_held(admin, checked):
    response = post(admin, checked, "withdraw")

    checked.refresh_from_db()
    assert response["Location"] == UPLOAD
    assert checked.state == "withdrawn"
    assert not RosterRow.objects.exists()
    assert post(admin, checked, "withdraw").status_code == 302


def test_after_the_import_no_copy_of_the_children_is_left(admin, checked):
    post(admin, checked, "confirm")
    tasks.apply_roster(checked.pk)

    assert not checked.rows.exclude(pupil__isnull=True, changes__isnull=True).exists()
    checked.refresh_from_db()
    assert checked.content is None


# --- report ---------------------------------------------------------------------------------------


def report(client: Client, roster: RosterImport, kind: str):
    return client.get(reverse("students:roster_import_report", args=[roster.public_id, kind]))


def test_the_report_for_programs_has_exactly_the_keys_of_the_terminal(admin, checked):
    found = json.loads(report(admin, checked, "json").content)

    assert list(found) == ["rows", "new", "updated", "unchanged", "warnings", "refused"]
    assert found["refused"][0]["row"] == 15
    assert found["refused"][0]["column"] == "身份证件号"


def test_the_trail_says_who_took_a_report_away(admin, checked, school_admin):
    report(admin, checked, "json")

    event = AuditEvent.objects.get(event="roster.report_downloaded")
    assert (event.actor_id, event.target_id) == (school_admin.pk, str(checked.public_id))


def test_the_report_for_people_is_a_workbook_without_formulas(admin, school, classes):
    evil = ["=1+1 田", "女", "2019-02-17", "", "0103"]
    data = workbook(HEADER, PUPIL)
    upload(admin, ",".join(HEADER).encode() + "\n田晓,女,2019-02-17,,９９９９\n".encode(), "=cmd.csv")
    roster = RosterImport.objects.get()
    tasks.check_roster(roster.pk)
    RosterRow.objects.filter(roster=roster).update(name=evil[0])

    book = openpyxl.load_workbook(io.BytesIO(report(admin, roster, "xlsx").content))

    assert data
    assert [cell.value for cell in book["Rows"][2]][:3] == [2, "'=1+1 田", "Refused"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert book["Result"]["B2"].value == "'=cmd.csv"


def test_a_file_refused_whole_has_a_report_too(admin, school):
    upload(admin, "没有,表头\n1,2\n".encode(), "x.csv")
    roster = RosterImport.objects.get()
    tasks.check_roster(roster.pk)

    assert "file_error" in json.loads(report(admin, roster, "json").content)
    assert report(admin, roster, "xlsx").status_code == 200
    assert report(admin, roster, "pdf").status_code == 404


def test_the_pages_speak_chinese(admin, school_admin, checked):
    school_admin.language = "zh-hans"
    school_admin.save()

    assert page(admin, checked).status_code == 200
    assert admin.get(UPLOAD).status_code == 200
