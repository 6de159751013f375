"""The four depths of an entry, as people meet them: who reads, who knows, who finds nothing at all."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.models import User
from core.models import AuditEvent
from counselling.models import EntryGrant, Session
from counselling.selectors import talks
from tests import factories
from tests.cast import CAST

SECRET = "SheIsAfraidToGoHome"
# Who gets at the words of the counsellor's entry about `student`, and who sees a grey line; others find nothing.
# The head teacher is named for the sealed one.
READERS = {
    "school": {"homeroom_teacher", "paired_teacher", "counsellor", "lead", "head_teacher"},
    "restricted": {"counsellor", "lead"},
    "sealed": {"counsellor", "head_teacher"},
    "process": {"counsellor"},
}
KNOWING = {"restricted": {"homeroom_teacher", "paired_teacher", "head_teacher"}}
LABEL = {"restricted": "Restricted entry", "sealed": "Sealed entry", "process": "Working note"}


@pytest.fixture
def entry(request, student, counsellor, head_teacher):
    level = request.param
    named = [head_teacher] if level == "sealed" else []
    return factories.make_session(student, counsellor, sensitivity=level, line=SECRET, named=named, mood=1)


def signed_in(client, user: User):
    client.force_login(User.objects.get(pk=user.pk))
    return client


def eleven_minutes_pass(client) -> None:
    """Since the second factor was proven."""
    session = client.session
    session[step_up.SESSION_KEY]["at"] -= 11 * 60
    session.save()


def talk_page(session) -> str:
    return reverse("counselling:talk", args=[session.public_id])


def child_page(student) -> str:
    return reverse("students:detail", args=[student.public_id])


def quick_log(**changes):
    return {
        "client_id": str(uuid.uuid4()),
        "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "line": SECRET,
        "sensitivity": "sealed",
    } | changes


@pytest.mark.parametrize("role", CAST)
@pytest.mark.parametrize("entry", Session.Sensitivity.values, indirect=True)
def test_each_role_reads_knows_or_finds_nothing(request, client, entry, role):
    level = entry.sensitivity
    signed_in(client, request.getfixturevalue(role))

    answer = client.get(talk_page(entry))

    wanted = 404
    if role in READERS[level]:
        wanted = 200
    elif role in KNOWING.get(level, set()):
        wanted = 403
    assert answer.status_code == wanted
    assert (SECRET in answer.content.decode()) == (wanted == 200)


@pytest.mark.parametrize("role", ["counsellor", "lead", "homeroom_teacher", "head_teacher", "warden"])
@pytest.mark.parametrize("entry", ["restricted", "sealed", "process"], indirect=True)
def test_the_chronology_shows_a_grey_line_to_those_who_may_know_and_nobody_else(request, client, entry, role):
    signed_in(client, request.getfixturevalue(role))

    page = client.get(child_page(entry.student)).content.decode()

    knows = READERS[entry.sensitivity] | KNOWING.get(entry.sensitivity, set())
    assert (LABEL[entry.sensitivity] in page) == (role in knows)
    assert SECRET not in page


@pytest.mark.parametrize("entry", ["restricted", "sealed", "process"], indirect=True)
def test_reading_asks_for_the_second_factor_again_after_ten_minutes(client, entry, counsellor):
    signed_in(client, counsellor)
    eleven_minutes_pass(client)

    for url in (talk_page(entry), reverse("counselling:talk_correct", args=[entry.public_id])):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("mfa_step_up"))
    assert client.get(f"/api/v1/sessions/{entry.public_id}/texts/").json()["code"] == "second_factor_needed"
    assert not AuditEvent.objects.filter(event="session.read").exists()


@pytest.mark.parametrize("entry", ["sealed", "process"], indirect=True)
def test_paper_names_no_secret_entry_even_to_its_readers(client, entry, counsellor):
    signed_in(client, counsellor)

    page = client.get(reverse("students:print", args=[entry.student.public_id])).content.decode()

    assert LABEL[entry.sensitivity] not in page
    assert SECRET not in page


@pytest.mark.parametrize("entry", ["sealed", "process"], indirect=True)
def test_days_since_the_last_talk_do_not_betray_a_secret_one(client, entry, homeroom_teacher, counsellor):
    homepage = signed_in(client, homeroom_teacher).get(child_page(entry.student)).content.decode()
    own = signed_in(client, counsellor).get(child_page(entry.student)).content.decode()

    assert "No talk yet" in homepage
    assert "No talk yet" not in own
    quiet = signed_in(client, homeroom_teacher).get(reverse("counselling:quiet")).context["pupils"]
    assert [row.days for row in quiet] == [None]


@pytest.mark.parametrize("entry", ["restricted", "sealed", "process"], indirect=True)
def test_a_promise_keeps_its_note_off_every_list(client, entry, counsellor):
    promise = factories.make_follow_up(entry, note=SECRET, due_on=timezone.localdate())
    signed_in(client, counsellor)
    page = reverse("counselling:follow_up", args=[promise.public_id])

    for url in ("/", reverse("counselling:follow_ups"), page, f"/api/v1/follow-ups/{promise.public_id}/"):
        assert SECRET not in client.get(url).content.decode()
    read = client.get(reverse("counselling:follow_up_note", args=[promise.public_id]))

    assert SECRET in read.content.decode()
    assert AuditEvent.objects.get(event="follow_up.read").actor_id == counsellor.pk


def test_the_note_of_a_closed_promise_asks_for_the_second_factor(client, student, counsellor):
    closed = factories.make_session(student, counsellor, sensitivity="sealed")
    promise = factories.make_follow_up(closed, note=SECRET)
    signed_in(client, counsellor)
    eleven_minutes_pass(client)

    answer = client.get(reverse("counselling:follow_up_note", args=[promise.public_id]))

    assert answer["Location"].startswith(reverse("mfa_step_up"))
    assert client.get(reverse("counselling:follow_up", args=[promise.public_id])).status_code == 200


def test_a_mention_in_a_closed_talk_tells_its_readers_alone_and_not_the_part(
    client, student, other_student, counsellor, homeroom_teacher
):
    closed = factories.make_session(student, counsellor, sensitivity="restricted")
    factories.make_linked(closed, other_student, role="witness")

    own = signed_in(client, counsellor).get(child_page(other_student)).content.decode()
    head = factories.make_user("head_of_all")
    factories.make_membership(head, "head_teacher", school=student.school)
    foreign = signed_in(client, head).get(child_page(other_student)).content.decode()

    assert "Mentioned in a talk" in own
    assert "Saw it" not in own
    assert "Mentioned in a talk" not in foreign


# --- writing ------------------------------------------------------------------------------------


def test_the_writer_of_a_sealed_entry_names_its_readers(client, student, counsellor, lead, head_teacher):
    signed_in(client, counsellor)
    named = [str(lead.public_id), str(head_teacher.public_id)]

    client.post(
        reverse("counselling:talk_new", args=[student.public_id]),
        quick_log(named=named, follow_up="3", follow_up_note=SECRET),
    )

    session = Session.objects.get()
    assert session.sensitivity == "sealed"
    assert set(session.grants.values_list("user", flat=True)) == {lead.pk, head_teacher.pk}
    assert session.follow_ups.get().note == ""
    for reader in (lead, head_teacher):
        assert SECRET in signed_in(client, reader).get(talk_page(session)).content.decode()


@pytest.mark.parametrize("named", ["", "school_admin", "stranger", "made_up"])
def test_a_sealed_entry_needs_a_reader_who_works_with_the_pupil(request, client, student, counsellor, named):
    ids = {"": [], "made_up": [str(uuid.uuid4())]}.get(named)
    if ids is None:
        ids = [str(request.getfixturevalue(named).public_id)]
    signed_in(client, counsellor)

    answer = client.post(
        reverse("counselling:talk_new", args=[student.public_id]), quick_log(named=ids), follow=True
    )

    assert answer.status_code == 422
    assert "named" in answer.context["form"].errors
    assert SECRET in answer.content.decode()  # what was typed is still there
    assert not Session.objects.exists()


def test_only_counsellors_write_working_notes(client, student, homeroom_teacher, counsellor):
    url = reverse("counselling:talk_new", args=[student.public_id])

    refused = signed_in(client, homeroom_teacher).post(url, quick_log(sensitivity="process"))
    offered = client.get(url).content.decode()
    signed_in(client, counsellor).post(url, quick_log(sensitivity="process"))

    assert refused.status_code == 422
    assert 'value="process"' not in offered
    assert Session.objects.get().author == counsellor


def test_ticks_left_at_a_level_that_names_nobody_mean_nothing(client, student, counsellor, lead):
    url = reverse("counselling:talk_new", args=[student.public_id])

    signed_in(client, counsellor).post(url, quick_log(sensitivity="school", named=[str(lead.public_id)]))

    assert Session.objects.get().sensitivity == "school"
    assert not EntryGrant.objects.exists()


def test_the_form_says_who_reads_each_level_before_saving(client, student, counsellor, lead, warden):
    page = signed_in(client, counsellor).get(reverse("counselling:talk_new", args=[student.public_id]))

    form = page.context["form"]
    assert {
        level: {user.username for user in readers} for level, readers in form.audience.readers.items()
    } == {
        "school": {"counsellor", "safeguarding_lead"},
        "restricted": {"counsellor", "safeguarding_lead"},
        "sealed": {"counsellor"},
        "process": {"counsellor"},
    }
    content = page.content.decode()
    assert "Restricted · 2 people can read this" in content
    assert "Sealed · you and whom you name" in content
    assert "Safeguarding Lead" in content


def test_the_readers_follow_the_choice_as_it_is_made(client, student, counsellor, lead, warden, school_admin):
    url = reverse("counselling:readers", args=[student.public_id])
    signed_in(client, counsellor)

    def said(**asked):
        return client.get(url, asked).content.decode()

    assert "1 person can read this:" in said(sensitivity="process")
    named = [str(one.public_id) for one in (warden, school_admin)]
    assert "2 people can read this:" in said(sensitivity="sealed", named=named)  # not the administrator
    assert "Warden" in said(sensitivity="sealed", named=named)
    assert "1 person can read this:" in said(sensitivity="sealed", named="\x00")


@pytest.mark.parametrize("level", ["everybody", "process", "", "\x00"])
def test_a_level_that_is_not_offered_says_nothing(client, student, homeroom_teacher, level):
    url = reverse("counselling:readers", args=[student.public_id])

    assert signed_in(client, homeroom_teacher).get(url, {"sensitivity": level}).status_code == 422


def test_a_correction_of_a_sealed_entry_keeps_both_versions_sealed(client, student, counsellor, lead):
    session = factories.make_session(student, counsellor, sensitivity="sealed", line=SECRET, named=[lead])
    signed_in(client, counsellor)

    form = client.get(reverse("counselling:talk_correct", args=[session.public_id]))
    client.post(
        reverse("counselling:talk_correct", args=[session.public_id]),
        {"line": "Her uncle, not her father.", "reason": "Mixed up"},
    )

    assert SECRET in form.content.decode()
    page = signed_in(client, lead).get(talk_page(session)).content.decode()
    assert SECRET in page
    assert "Her uncle, not her father." in page
    assert "Mixed up" in page


def test_the_same_form_sent_twice_names_its_readers_once(client, student, counsellor, lead, warden):
    url = reverse("counselling:talk_new", args=[student.public_id])
    form = quick_log(named=[str(lead.public_id)])
    signed_in(client, counsellor)

    client.post(url, form)
    again = client.post(url, form)
    changed = client.post(url, form | {"named": [str(warden.public_id)]})

    assert (again.status_code, changed.status_code) == (302, 422)
    assert EntryGrant.objects.get().user == lead


def test_the_day_of_a_sealed_talk_stays_with_its_author(student, counsellor):
    factories.make_session(student, counsellor, sensitivity="sealed")

    assert talks.last_talk_at(student, user=counsellor).date() == date(2026, 11, 20)
