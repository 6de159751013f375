"""The page of a pupil's home, its forms, and what the child page shows of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from students.models import (
    CareArrangement,
    GuardianLink,
    MigrationEpisode,
    Person,
    PhoneNumber,
    ReachableWindow,
    Student,
)
from tests import factories

pytestmark = pytest.mark.django_db

ADULT = {
    "name": "李梅",
    "relation": "mother",
    "priority": "1",
    "lives_with": "no",
    "may_collect": "yes",
    "email": "",
    "address": "",
    "employer": "",
    "absences_known_from": "",
    "died_on": "",
    "able": "not_collected",
    "assessed_on": "",
}
AWAY = {"place": "广东东莞", "reason": "work", "shift": "day", "started_on": "2026-03-01", "ended_on": ""}
WINDOW = {
    "weekday": "5",
    "starts_at": "18:00",
    "ends_at": "20:00",
    "started_on": "2026-11-01",
    "ended_on": "",
}
CARE = {
    "carer": "",
    "reason": "both_away",
    "started_on": "2026-03-01",
    "ended_on": "",
    "notice_received_on": "2026-03-10",
    "assessment": "fair",
    "assessed_on": "2026-09-01",
}


def url(name: str, student: Student, *args: object) -> str:
    return reverse(f"students:{name}", args=[student.public_id, *args])


@pytest.fixture
def mother(student) -> Person:
    return factories.make_adult(student, "李梅", "mother")


@pytest.fixture
def teacher(client, homeroom_teacher):
    client.force_login(homeroom_teacher)
    return client


def saved(client, address: str, data: dict[str, str], student: Student) -> bool:
    response = client.post(address, data)
    return response.status_code == 302 and response["Location"] == url("home", student)


# --- the page -----------------------------------------------------------------------------------
def test_the_home_page_says_what_is_known_and_what_nobody_collected(teacher, student, mother):
    factories.make_number(mother, "13800138000", label="shop")
    factories.make_episode(mother)
    factories.make_window(mother)
    factories.make_care(student, mother)
    factories.make_adult(student, "王强", "father", priority=2)

    page = teacher.get(url("home", student)).content.decode()

    for words in (
        "13800138000",
        "shop",
        "广东东莞",
        "Friday 18:00–20:00",
        "Both parents are away",
        "Not collected",
    ):
        assert words in page
    assert "household registration, whether the father is away" in page
    assert AuditEvent.objects.filter(event="student.opened", details__way="home").count() == 1


def test_no_word_on_it_names_the_child_by_what_they_count_as(teacher, student, mother):
    Student.objects.filter(pk=student.pk).update(hukou="rural")
    father = factories.make_adult(student, "王强", "father", priority=2)
    for parent in (mother, father):
        factories.make_episode(parent)

    page = teacher.get(url("home", student)).content.decode()

    assert "<strong>Counted</strong> · Both parents are away for work." in page
    assert not any(word in page.lower() for word in ("left-behind", "left behind", "留守", "risk"))


def test_a_warden_knows_whom_to_call_but_not_the_home(client, warden, student, mother):
    factories.make_number(mother, "13800138000")
    client.force_login(warden)

    assert client.get(url("home", student)).status_code == 403
    child = client.get(url("detail", student)).content.decode()
    assert "13800138000" in child
    assert url("home", student) not in child


@pytest.mark.parametrize("who", ["homeroom_teacher", "warden"])
def test_a_barred_person_is_said_in_words_and_can_be_rung_from_no_page(client, request, who, student, mother):
    GuardianLink.objects.update(contact_barred=True)
    factories.make_number(mother, "13800138000")
    client.force_login(request.getfixturevalue(who))

    child = client.get(url("detail", student)).content.decode()
    assert "No contact" in child
    assert "13800138000" not in child
    record = client.get(reverse("api:student", args=[student.public_id])).json()
    assert [(one["phone"], one["contact_barred"]) for one in record["guardians"]] == [("", True)]
    paper = client.get(url("print", student)).content.decode()
    assert "13800138000" not in paper
    if who == "homeroom_teacher":
        home = client.get(url("home", student)).content.decode()
        assert "No contact with this child" in home
        assert "tel:13800138000" not in home


def test_who_may_collect_stands_on_the_child_page_for_the_gate(client, warden, student, mother):
    GuardianLink.objects.update(may_collect="yes")
    client.force_login(warden)

    assert "may collect" in client.get(url("detail", student)).content.decode()


def test_whoever_lives_with_the_child_stands_in_the_header(teacher, student, mother):
    factories.make_adult(student, "张奶奶", "grandmother", priority=2, lives_with="yes")

    page = teacher.get(url("detail", student))

    assert page.context["page"].facts[1] == "Grandmother (father's side) 张奶奶"


def test_more_people_and_numbers_cost_no_more_queries(teacher, student, mother):
    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert teacher.get(url(name, student)).status_code == 200
        return len(seen)

    factories.make_number(mother, "13800000000")
    for name in ("home", "detail"):
        cost(name)
    first = {name: cost(name) for name in ("home", "detail")}
    for number in range(1, 4):
        person = factories.make_adult(student, f"大人{number}", "relative", priority=number + 1)
        factories.make_number(person, f"1380000000{number}")
        factories.make_episode(person)
        factories.make_window(person)
        factories.make_capacity(person)

    assert {name: cost(name) for name in ("home", "detail")} == first


def test_changes_at_home_stand_in_the_chronology_of_whoever_may_see_the_home(
    client, homeroom_teacher, warden, student, other_student, mother
):
    factories.make_episode(mother, ended_on=date(2026, 10, 31))
    factories.make_link(other_student, mother, relation="relative")
    factories.make_episode(mother, started_on=date(2099, 1, 1), place="Later")
    factories.make_care(student, mother)
    pages = {}
    for person in (homeroom_teacher, warden):
        client.force_login(person)
        pages[person] = client.get(url("detail", student)).content.decode()

    for words in ("Away: Mother", "广东东莞", "Last day away: Mother", "Looks after the child: 李梅"):
        assert words in pages[homeroom_teacher]
        assert words not in pages[warden]
    assert "Later" not in pages[homeroom_teacher]
    assert pages[homeroom_teacher].count("Away: ") == 1


# --- the forms ----------------------------------------------------------------------------------
def test_each_noun_is_written_down_by_its_form(teacher, student, mother):
    grandmother = {
        "name": "张奶奶",
        "relation": "grandmother",
        "number": "138 0000 0001",
        "lives_with": "yes",
    }
    assert saved(teacher, url("adult_new", student), grandmother, student)
    assert saved(teacher, url("adult", student, mother.public_id), ADULT | {"contact_barred": "on"}, student)
    number = {"number": "138 0013 8000", "label": "own", "confirmed": "on"}
    assert saved(teacher, url("number_new", student, mother.public_id), number, student)
    assert saved(teacher, url("absence_new", student, mother.public_id), AWAY, student)
    assert saved(teacher, url("window_new", student, mother.public_id), WINDOW, student)
    carer = Person.objects.get(name="张奶奶")
    assert saved(teacher, url("care_new", student), CARE | {"carer": str(carer.pk)}, student)

    link = GuardianLink.objects.get(person=mother)
    assert (link.lives_with, link.may_collect, link.contact_barred) == ("no", "yes", True)
    assert PhoneNumber.objects.get(person=mother).number == "13800138000"
    assert MigrationEpisode.objects.get().place == "广东东莞"
    assert ReachableWindow.objects.get().weekday == 5
    assert (CareArrangement.objects.get().carer, CareArrangement.objects.get().assessment) == (carer, "fair")


def test_each_noun_is_corrected_by_its_form(teacher, student, mother):
    phone = factories.make_number(mother)
    episode = factories.make_episode(mother)
    window = factories.make_window(mother)
    care = factories.make_care(student, mother)

    assert saved(teacher, url("number", student, phone.public_id), {"label": "", "ended": "on"}, student)
    ended = AWAY | {"ended_on": "2026-10-31"}
    assert saved(teacher, url("absence", student, episode.public_id), ended, student)
    assert saved(teacher, url("window_end", student, window.public_id), {}, student)
    assert saved(teacher, url("care", student, care.public_id), CARE, student)

    phone.refresh_from_db(), episode.refresh_from_db(), window.refresh_from_db(), care.refresh_from_db()
    assert (phone.ended_on is None, phone.confirmed_on) == (False, None)
    assert (str(episode.ended_on), window.ended_on is None, care.carer) == ("2026-10-31", False, None)


def test_an_address_is_shown_to_whoever_knows_the_home_and_kept_unreadable(
    teacher, student, mother, warden, paired_teacher
):
    address = url("adult", student, mother.public_id)
    assert saved(teacher, address, ADULT | {"email": " mother@home.test "}, student)

    page = teacher.get(url("home", student)).content.decode()
    form = teacher.get(address).content.decode()
    answer = teacher.get(reverse("api:student_home", args=[student.public_id])).json()
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM students_person WHERE id = %s", [mother.pk])
        (kept,) = cursor.fetchone()
    said = str(list(AuditEvent.objects.values_list("details", flat=True)))

    assert 'href="mailto:mother@home.test"' in page
    assert 'value="mother@home.test"' in form
    assert answer["people"][0]["email"] == "mother@home.test"
    assert b"home.test" not in bytes(kept)
    assert "'email'" in said
    assert "home.test" not in said
    for person, sees in ((warden, False), (paired_teacher, True)):
        teacher.force_login(person)
        assert (b"mother@home.test" in teacher.get(url("home", student)).content) is sees


def test_nobody_writes_by_a_tap_to_somebody_barred(teacher, student, mother):
    Person.objects.update(email="mother@home.test")
    GuardianLink.objects.update(contact_barred=True)

    page = teacher.get(url("home", student)).content.decode()

    assert "mother@home.test" in page
    assert "mailto:" not in page


@pytest.mark.parametrize("name", ["adult", "number", "absence", "care"])
def test_a_form_opens_with_what_is_written(teacher, student, mother, name):
    things = {
        "adult": mother,
        "number": factories.make_number(mother, label="old label"),
        "absence": factories.make_episode(mother),
        "care": factories.make_care(student, mother),
    }
    shown = {"adult": "李梅", "number": "old label", "absence": "2026-02-20", "care": "2026-02-20"}

    assert shown[name] in teacher.get(url(name, student, things[name].public_id)).content.decode()


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("adult", ADULT | {"died_on": "2026-01-01"}, "is_dead"),
        ("adult", ADULT | {"is_dead": "on", "died_on": "2099-01-01"}, "died_on"),
        ("adult", ADULT | {"able": "no"}, "assessed_on"),
        ("adult", ADULT | {"priority": "0"}, "priority"),
        ("adult", ADULT | {"lives_with": "perhaps"}, "lives_with"),
        ("adult", ADULT | {"email": "mother at home"}, "email"),
        ("adult", ADULT | {"email": "mother@home.test\nBcc: all@home.test"}, "email"),
        ("adult", ADULT | {"email": f"{'m' * 60}@{'h' * 60}.{'h' * 60}.{'h' * 60}.{'h' * 60}.test"}, "email"),
        ("number_new", {"number": "call me"}, "number"),
        ("absence_new", AWAY | {"ended_on": "2026-02-01"}, "ended_on"),
        ("absence_new", AWAY | {"place": "东莞长安镇123号"}, "place"),
        ("absence_new", AWAY | {"started_on": "the spring"}, "started_on"),
        ("window_new", WINDOW | {"ends_at": "17:00"}, "ends_at"),
        ("window_new", WINDOW | {"weekday": "8"}, "weekday"),
    ],
)
def test_a_slip_is_said_at_its_field_and_nothing_is_lost(teacher, student, mother, name, data, field):
    response = teacher.post(url(name, student, mother.public_id), data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_care_needs_an_assessment_with_its_day(teacher, student, mother):
    wrong = [CARE | {"assessed_on": ""}, CARE | {"assessment": "not_collected"}, CARE | {"carer": "1234567"}]

    fields = [list(teacher.post(url("care_new", student), data).context["form"].errors) for data in wrong]

    assert fields == [["assessed_on"], ["assessment"], ["carer"]]


def test_what_the_rules_refuse_stands_at_the_field(teacher, student, mother):
    factories.make_episode(mother)
    factories.make_number(mother, "13800138000")

    overlap = teacher.post(url("absence_new", student, mother.public_id), AWAY)
    twice = teacher.post(url("number_new", student, mother.public_id), {"number": "13800138000"})

    assert (overlap.status_code, twice.status_code) == (422, 422)
    assert "overlaps" in overlap.context["form"].errors["started_on"][0]
    assert "already" in twice.context["form"].errors["number"][0]


def test_people_and_facts_of_other_children_are_not_there(teacher, student, other_student, mother):
    theirs = factories.make_adult(other_student, "李母")
    names = {
        "adult": theirs,
        "number_new": theirs,
        "number": factories.make_number(theirs),
        "absence": factories.make_episode(theirs),
        "care": factories.make_care(other_student, theirs),
    }

    answers = {
        name: teacher.get(url(name, student, one.public_id)).status_code for name, one in names.items()
    }

    assert set(answers.values()) == {404}


# --- who ----------------------------------------------------------------------------------------
def test_strangers_find_nothing_and_who_only_reads_may_not_write(
    client, stranger, paired_teacher, student, mother
):
    answers = []
    for person in (stranger, paired_teacher):
        client.force_login(person)
        answers.append(
            (
                client.get(url("home", student)).status_code,
                client.post(url("adult", student, mother.public_id), ADULT).status_code,
            )
        )

    assert answers == [(404, 404), (200, 403)]
    assert "Edit" not in client.get(url("home", student)).content.decode()


def test_programs_read_the_home_of_a_pupil(teacher, student, mother):
    factories.make_number(mother, "13800138000")
    factories.make_episode(mother)
    factories.make_care(student, mother)

    home = teacher.get(reverse("api:student_home", args=[student.public_id])).json()

    (adult,) = home["people"]
    assert (adult["name"], adult["whereabouts"], adult["contact_barred"]) == ("李梅", "away", False)
    assert adult["numbers"][0]["number"] == "13800138000"
    assert adult["able_to_be_guardian"] == "not_collected"
    assert home["care"][0]["carer"] == str(mother.public_id)
    assert home["hukou"] == "not_collected"
