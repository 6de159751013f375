"""Leave on pages: asking, answering, the gate, who may open what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dormitories.models import Leave
from students import whereabouts
from tests import factories

HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)
LEAVES = reverse("dormitories:leaves")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, leave):
    return reverse(f"dormitories:{name}", args=[leave.public_id])


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def new(student):
    return reverse("dormitories:leave_new", args=[student.public_id])


def typed(now, **more):
    local = timezone.localtime(now)
    data = {
        "kind": "hours",
        "reason": "doctor",
        "leaves_at": (local + HOUR).strftime("%Y-%m-%dT%H:%M"),
        "due_back_at": (local + 4 * HOUR).strftime("%Y-%m-%dT%H:%M"),
        "collector": "",
        "collector_words": "The school bus",
    }
    return data | more


@pytest.fixture
def approved(student, school_admin, homeroom_teacher, warden):
    return factories.make_approved_leave(student, [school_admin, homeroom_teacher, warden])


@pytest.fixture
def late(student, school_admin, homeroom_teacher, warden, now):
    """Out since nine hours, due back an hour ago."""
    times = {"leaves_at": now - 9 * HOUR, "due_back_at": now - HOUR}
    leave = factories.make_approved_leave(student, [school_admin, homeroom_teacher, warden], **times)
    Leave.objects.filter(pk=leave.pk).update(out_by=warden, out_at=leave.leaves_at)
    return leave


def test_the_child_page_leads_to_asking(homeroom_teacher, student, new):
    page = (
        signed_in(homeroom_teacher).get(reverse("students:detail", args=[student.public_id])).content.decode()
    )

    assert new in page


def test_a_leave_is_asked_for_with_an_adult_who_may_collect(homeroom_teacher, student, new, now):
    link = factories.make_adult(student, "李梅", may_collect="yes").guardian_links.get()
    client = signed_in(homeroom_teacher)
    assert "李梅 (Mother)" in client.get(new).content.decode()

    answer = client.post(new, typed(now, collector=str(link.pk), collector_words=""))

    leave = Leave.objects.get()
    assert answer["Location"] == url("leave", leave)
    assert leave.collector == link


def test_a_form_that_went_wrong_keeps_what_was_typed(homeroom_teacher, new, now):
    answer = signed_in(homeroom_teacher).post(new, typed(now, collector_words="", reason="family"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say who collects the child" in page
    assert 'value="family"' in page
    assert not Leave.objects.exists()


def test_another_pupils_adult_isnt_on_offer(homeroom_teacher, other_student, new, now):
    link = factories.make_adult(other_student, "高敏", may_collect="yes").guardian_links.get()
    client = signed_in(homeroom_teacher)

    answer = client.post(new, typed(now, collector=str(link.pk), collector_words=""))

    assert answer.status_code == 422
    assert "高敏" not in client.get(new).content.decode()


def test_two_people_approve_and_the_gate_notes_it_with_one_tap(
    student, homeroom_teacher, warden, school_admin, now
):
    leave = factories.make_leave(student, school_admin)
    teacher, house = signed_in(homeroom_teacher), signed_in(warden)

    teacher.post(url("leave_approve", leave))
    early = house.post(url("leave_out", leave), headers=HTMX | {"HX-Target": f"leave-{leave.public_id}"})
    house.post(url("leave_approve", leave))
    out = house.post(url("leave_out", leave), headers=HTMX | {"HX-Target": f"leave-{leave.public_id}"})

    assert "approved by two people yet" in early.content.decode()
    assert "Out" in out.content.decode()
    leave.refresh_from_db()
    assert (leave.class_approved_by, leave.house_approved_by, leave.out_by) == (
        homeroom_teacher,
        warden,
        warden,
    )


def test_back_without_javascript_leads_to_the_leave(warden, approved, now):
    client = signed_in(warden)
    client.post(url("leave_out", approved))

    answer = client.post(url("leave_back", approved))

    approved.refresh_from_db()
    assert answer["Location"] == url("leave", approved)
    assert approved.back_at is not None


def test_a_tap_is_undone(warden, approved):
    client = signed_in(warden)
    client.post(url("leave_out", approved))

    client.post(url("leave_undo", approved))

    approved.refresh_from_db()
    assert approved.out_at is None


def test_a_refusal_is_read_by_whoever_asked(student, homeroom_teacher, warden):
    leave = factories.make_leave(student, homeroom_teacher)
    signed_in(warden).post(url("leave_refuse", leave), {"why": "The road is flooded."})

    assert "The road is flooded." in signed_in(homeroom_teacher).get(url("leave", leave)).content.decode()


def test_calling_off_keeps_the_child_in(student, homeroom_teacher, now):
    leave = factories.make_leave(student, homeroom_teacher)

    signed_in(homeroom_teacher).post(url("leave_cancel", leave))

    leave.refresh_from_db()
    assert leave.state(now) == Leave.State.CANCELLED


def test_today_asks_for_the_answer_that_is_missing_and_shows_who_is_late(
    student, school_admin, homeroom_teacher, warden, late
):
    pupil = factories.make_student(student.enrolments.get().school_class, "赵一", boarding="boarder")
    factories.make_leave(pupil, school_admin, house_approved_by=warden, house_approved_at=timezone.now())

    teacher, house = (signed_in(one).get("/").content.decode() for one in (homeroom_teacher, warden))

    assert "waits for your answer" in teacher
    assert "waits for your answer" not in house
    assert "not back, due" in teacher
    assert "not back, due" in house


def test_who_is_late_is_shown_with_the_familys_telephones(student, late, warden):
    adult = factories.make_adult(student, "李梅")
    adult.phone = "13800138000"
    adult.save()
    barred = factories.make_adult(student, "王强", relation="father", contact_barred=True)
    barred.phone = "13900139000"
    barred.save()
    client = signed_in(warden)

    page = client.get(url("leave", late)).content.decode()

    assert "13800138000" in page
    assert "13900139000" not in page


@pytest.mark.parametrize("tab", ["today", "out", "waiting", "back", "", "nonsense"])
def test_movements_show_each_leave_where_it_belongs(warden, approved, tab):
    page = signed_in(warden).get(LEAVES, {"show": tab}).content.decode()

    assert (approved.student.name in page) is (tab not in ("out", "waiting", "back"))


def test_the_stranger_finds_nothing(stranger, approved, new):
    client = signed_in(stranger)

    assert client.get(LEAVES).status_code == 403
    assert client.get(url("leave", approved)).status_code == 404
    assert client.get(new).status_code == 404
    assert client.post(url("leave_approve", approved)).status_code == 404
    assert client.post(url("leave_out", approved)).status_code == 404


def test_a_colleague_without_the_right_is_told_so(counsellor, approved, new):
    client = signed_in(counsellor)

    assert client.get(url("leave", approved)).status_code == 403
    assert client.get(new).status_code == 403


def test_the_chronology_shows_leaves_and_the_page_says_who_is_out(homeroom_teacher, warden, approved):
    signed_in(warden).post(url("leave_out", approved))
    client = signed_in(homeroom_teacher)

    page = client.get(reverse("students:detail", args=[approved.student.public_id])).content.decode()

    assert "For some hours" in page
    assert "On leave until" in page


# --- planners ask where pupils are ----------------------------------------------------------------


def reasons(student, start, end):
    return [
        (one.source, one.reason) for one in whereabouts.busy([student.pk], start, end).get(student.pk, [])
    ]


def test_an_approved_leave_holds_a_pupil_and_one_asked_for_doesnt(
    student, other_class, school_admin, approved
):
    asker = factories.make_student(other_class, "赵一", boarding="boarder")
    asked = factories.make_leave(asker, school_admin)
    begins, ends = approved.leaves_at, approved.due_back_at

    assert ("dormitories.leave", "leave") in reasons(student, begins, ends)
    assert ("dormitories.leave", "leave") not in reasons(student, ends, ends + HOUR)
    assert reasons(asker, asked.leaves_at, asked.due_back_at) == []


def test_the_time_of_the_roll_holds_whoever_has_a_bed(student, other_student, now):
    factories.make_stay(student)
    at = timezone.localtime(now).replace(hour=21, minute=25)

    assert ("dormitories.roll", "evening") in reasons(student, at, at + HOUR)
    assert reasons(other_student, at, at + HOUR) == []
    assert ("dormitories.roll", "evening") not in reasons(student, at + HOUR, at + 2 * HOUR)
