"""Taking the list of children away: what is in it, who gets it, for how long, and what the trail says."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

import openpyxl
import pytest
import pyzipper
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from core import exports, tasks
from core.models import AuditEvent, Export
from students.models import GuardianLink, Person
from students.selectors import export as export_selectors
from students.selectors.export import Part
from tests import factories

URL = "/children/export/"
WORDS = "three kites over qingshi"
IDENTITY = "52990120170314001X"


@pytest.fixture
def signed_in():
    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def pupil(student):
    """王小雨 with everything that has a depth of its own."""
    student.identity_number = IDENTITY
    student.phone = "13800000001"
    student.address = "Tea Lane 7"
    student.save()
    adult = Person.objects.create(school=student.school, name="=王奶奶", phone="13800000002")
    GuardianLink.objects.create(
        school=student.school, student=student, person=adult, relation="grandmother", priority=1
    )
    return student


def ask(client: Client, **data: object):
    return client.post(URL, {"file_format": "csv", "school_class": "", "passphrase": "", **data})


def made(client: Client, **data: object) -> Export:
    response = ask(client, **data)
    assert response.status_code == 302, response.content.decode()
    return Export.objects.get(public_id=response["Location"].split("/")[-2])


def fetched(client: Client, export: Export) -> bytes:
    response = client.get(reverse("students:export_file", args=[export.public_id]))
    assert response.status_code == 200
    return response.content


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def events(name: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(event=name).order_by("id"))


# --- what is in it ------------------------------------------------------------------------------


def test_a_homeroom_teacher_takes_the_class_and_no_other(homeroom_teacher, pupil, other_student, signed_in):
    client = signed_in(homeroom_teacher)

    found = rows(fetched(client, made(client)))

    assert found[0][:6] == ["Name", "Sex", "Born", "Class", "Boarding", "School number"]
    assert [row[0] for row in found[1:]] == ["王小雨"]


def test_a_school_administrator_takes_the_school_or_a_class(
    school_admin, pupil, other_student, foreign_student, other_class, signed_in
):
    client = signed_in(school_admin)

    whole = rows(fetched(client, made(client)))
    one = rows(fetched(client, made(client, school_class=other_class.pk)))

    assert [row[0] for row in whole[1:]] == ["王小雨", "李明"]
    assert [row[0] for row in one[1:]] == ["李明"]


def test_the_class_of_another_school_is_no_choice(school_admin, foreign_student, pupil, signed_in):
    foreign = foreign_student.enrolments.get().school_class

    response = ask(signed_in(school_admin), school_class=foreign.pk)

    assert response.status_code == 422
    assert not Export.objects.exists()


def test_whoever_may_not_see_identity_numbers_is_offered_none(homeroom_teacher, pupil, signed_in):
    client = signed_in(homeroom_teacher)

    page = client.get(URL).content.decode()
    forced = ask(client, parts=["identity"], passphrase=WORDS, passphrase_again=WORDS)

    assert 'value="identity"' not in page
    assert 'value="contacts"' in page
    assert forced.status_code == 422
    assert not Export.objects.exists()


def test_a_part_that_is_forced_past_the_form_stays_empty(homeroom_teacher, pupil, school):
    """The table asks for each pupil, whatever the form let through."""
    table = export_selectors.table(
        homeroom_teacher, school=school, school_class=None, wanted=list(Part), on=timezone.localdate()
    )

    assert len(table.rows) == 1
    assert "13800000001" in table.rows[0]
    assert IDENTITY not in table.rows[0]
    assert len(table.rows[0]) == len(table.head) == len(table.widths)


def test_contacts_come_only_when_asked_for_and_can_start_no_formula(homeroom_teacher, pupil, signed_in):
    client = signed_in(homeroom_teacher)

    without = fetched(client, made(client)).decode()
    with_them = rows(fetched(client, made(client, parts=["contacts", "home"])))

    assert "13800000001" not in without
    assert "Tea Lane" not in without
    assert with_them[1][6:10] == ["13800000001", "'=王奶奶", "Grandmother (father's side)", "13800000002"]
    assert with_them[1][-1] == "Tea Lane 7"


def test_excel_gets_texts(school_admin, pupil, signed_in):
    client = signed_in(school_admin)

    book = openpyxl.load_workbook(
        io.BytesIO(fetched(client, made(client, file_format="xlsx", parts=["contacts"])))
    )

    assert [cell.value for cell in book["Children"][2]][:2] == ["王小雨", pupil.get_sex_display()]
    assert {cell.data_type for row in book["Children"].iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_the_number_of_queries_does_not_grow_with_the_class(homeroom_teacher, pupil, school, school_class):
    def queries() -> int:
        user = type(homeroom_teacher).objects.get(pk=homeroom_teacher.pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            export_selectors.table(
                user, school=school, school_class=school_class, wanted=list(Part), on=timezone.localdate()
            )
        return len(captured)

    one = queries()
    for name in ("李明", "陈思远"):
        factories.make_student(school_class, name)

    assert queries() == one


# --- encryption ---------------------------------------------------------------------------------


def test_with_a_passphrase_the_file_opens_with_it_alone(school_admin, pupil, signed_in):
    client = signed_in(school_admin)

    export = made(client, parts=["identity"], passphrase=WORDS, passphrase_again=WORDS)
    content = fetched(client, export)

    assert export.file_name.endswith(".zip")
    assert IDENTITY.encode() not in content
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        inner = archive.infolist()[0]
        assert inner.wz_aes_strength == 3  # AES-256
        with pytest.raises(RuntimeError):
            archive.read(inner, pwd=b"another passphrase")
        assert IDENTITY in archive.read(inner, pwd=WORDS.encode()).decode("utf-8-sig")


def test_identity_numbers_do_not_leave_without_one(school_admin, pupil, signed_in):
    response = ask(signed_in(school_admin), parts=["identity"])

    assert response.status_code == 422
    assert "Identity numbers leave only with a passphrase." in response.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("short", "short", "At least 12 characters."),
        ("123456789012345", "123456789012345", "Too easy to guess"),
        ("aaaabbbbaaaabbbb", "aaaabbbbaaaabbbb", "Too easy to guess"),
        (WORDS, "three kites over qingshu", "The two aren&#x27;t the same."),
        (WORDS, "", "The two aren&#x27;t the same."),
    ],
)
def test_a_weak_or_mistyped_passphrase_is_refused(school_admin, pupil, signed_in, first, second, said):
    response = ask(signed_in(school_admin), passphrase=first, passphrase_again=second)

    assert response.status_code == 422
    assert said in response.content.decode()


def test_the_passphrase_is_kept_nowhere(school_admin, pupil, signed_in, caplog):
    export = made(signed_in(school_admin), passphrase=WORDS, passphrase_again=WORDS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM core_export AS e")
        stored = cursor.fetchall()
        cursor.execute("SELECT details::text FROM core_auditevent")
        stored += cursor.fetchall()
    assert stored
    assert not [text for (text,) in stored if WORDS in text or WORDS.encode().hex() in text]
    assert WORDS.encode() not in bytes(export.content)
    assert WORDS not in caplog.text


def test_the_file_rests_closed_in_the_database(school_admin, pupil, signed_in):
    made(signed_in(school_admin))

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM core_export")
        resting = bytes(cursor.fetchone()[0])
    assert "王小雨".encode() not in resting


# --- who gets it, and for how long --------------------------------------------------------------


def test_a_file_is_its_requesters_alone(homeroom_teacher, school_admin, stranger, pupil, signed_in):
    export = made(signed_in(homeroom_teacher))

    for other in (school_admin, stranger):
        for name in ("export_detail", "export_file"):
            assert (
                signed_in(other).get(reverse(f"students:{name}", args=[export.public_id])).status_code == 404
            )
        assert (
            signed_in(other).post(reverse("students:export_remove", args=[export.public_id])).status_code
            == 404
        )


def test_whoever_lost_the_role_lost_the_file(homeroom_teacher, pupil, signed_in):
    client = signed_in(homeroom_teacher)
    export = made(client)
    membership = homeroom_teacher.memberships.get()
    membership.ended_on = membership.started_on
    membership.save()

    assert client.get(reverse("students:export_file", args=[export.public_id])).status_code == 404


def test_after_a_day_it_is_gone_and_the_sweep_deletes_it(homeroom_teacher, pupil, school, signed_in):
    yesterday = timezone.now() - exports.KEPT - timedelta(seconds=1)
    old = factories.make_export(school, by=homeroom_teacher, now=yesterday)
    new = factories.make_export(school, by=homeroom_teacher)

    answer = signed_in(homeroom_teacher).get(reverse("students:export_detail", args=[old.public_id]))
    swept = tasks.sweep_exports()

    assert answer.status_code == 404
    assert swept == 1
    assert list(Export.objects.all()) == [new]


def test_it_can_be_deleted_at_once(homeroom_teacher, pupil, signed_in):
    client = signed_in(homeroom_teacher)
    export = made(client)

    response = client.post(reverse("students:export_remove", args=[export.public_id]))

    assert response.status_code == 302
    assert not Export.objects.exists()
    assert [event.target_id for event in events("export.removed")] == [str(export.public_id)]


@pytest.mark.parametrize(
    "name", ["counsellor", "lead", "warden", "head_teacher", "paired_teacher", "official"]
)
def test_others_may_take_no_list_away(name, request, pupil, signed_in):
    client = signed_in(request.getfixturevalue(name))

    assert client.get(URL).status_code == 403
    assert ask(client).status_code == 403
    assert "Take the list away" not in client.get("/children/").content.decode()


def test_making_and_fetching_ask_for_the_second_factor_again(homeroom_teacher, pupil, signed_in):
    client = signed_in(homeroom_teacher)
    export = made(client)
    session = client.session
    session.pop(step_up.SESSION_KEY)
    session.save()

    answers = [
        client.get(URL),
        ask(client),
        client.get(reverse("students:export_file", args=[export.public_id])),
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert Export.objects.count() == 1
    assert not events("export.fetched")


def test_the_page_says_until_when_and_the_file_is_for_keeping(homeroom_teacher, pupil, signed_in):
    client = signed_in(homeroom_teacher)
    export = made(client)

    page = client.get(reverse("students:export_detail", args=[export.public_id])).content.decode()
    answer = client.get(reverse("students:export_file", args=[export.public_id]))

    assert "No: whoever has the file can read it" in page
    assert timezone.localtime(export.expires_at).strftime("%H:%M") in page
    assert answer["Content-Disposition"].startswith('attachment; filename="children-')
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_empty_class_makes_no_file(school_admin, school, pupil, signed_in):
    pupil.enrolments.update(ended_on=timezone.localdate() - timedelta(days=1))

    assert b"There is nobody to put into a file." in signed_in(school_admin).get(URL).content


# --- the trail ----------------------------------------------------------------------------------


def test_the_trail_says_who_took_what_without_naming_a_child(school_admin, pupil, other_student, signed_in):
    client = signed_in(school_admin)
    export = made(client, parts=["contacts"])
    fetched(client, export)

    wanted = hashlib.sha256("\n".join(sorted([str(pupil.public_id), str(other_student.public_id)])).encode())
    (made_event,), (fetched_event,) = events("export.made"), events("export.fetched")
    assert made_event.actor_id == fetched_event.actor_id == school_admin.pk
    assert made_event.school_id == pupil.school_id
    assert made_event.details == {
        "kind": "students.list",
        "rows": 2,
        "columns": 13,
        "ids_sha256": wanted.hexdigest(),
        "encrypted": False,
    }
    assert "王" not in str(made_event.details) + str(fetched_event.details)


# --- the second lock ----------------------------------------------------------------------------


def test_the_database_gives_a_file_to_nobody_else(homeroom_teacher, school_admin, pupil, school):
    from core import tenancy

    factories.make_export(school, by=homeroom_teacher)

    with tenancy.acting(school_admin, "test"):
        assert not Export.objects.exists()
    with tenancy.acting(homeroom_teacher, "test"):
        assert Export.objects.count() == 1
