"""Reporting a concern and handling it, as people meet it on a page."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.roles import Role
from core.models import AuditEvent
from counselling.models import Concern, ConcernDraft, ConcernText
from tests import factories

SAID = "He flinched when I lifted my hand."
NEW = "counselling:concern_new"


def form(**changes):
    now = timezone.localtime(timezone.now())
    return {
        "client_id": str(uuid.uuid4()),
        "category": "changed",
        "urgency": "2",
        "facts": SAID,
        "told_in_person": "no",
        "happened_at": now.strftime("%Y-%m-%dT%H:%M"),
    } | changes


@pytest.fixture
def sign_in(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_


def page(name, concern):
    return reverse(f"counselling:{name}", args=[concern.public_id])


def text_of(response):
    return response.content.decode()


def test_a_warden_reports_from_the_childs_page(sign_in, warden, student, lead):
    client = sign_in(warden)
    child = text_of(client.get(reverse("students:detail", args=[student.public_id])))
    assert f"{reverse(NEW)}?student={student.public_id}" in child

    opened = client.get(reverse(NEW), {"student": student.public_id})
    response = client.post(reverse(NEW), form(student=str(student.public_id)))

    concern = Concern.objects.get()
    assert student.name in text_of(opened)
    assert lead.name in text_of(opened)  # who will read it is said before it is written
    assert response["Location"] == page("concern", concern)
    assert (concern.reporter, concern.student, concern.told_in_person) == (warden, student, False)


def test_a_teacher_reports_about_a_pupil_they_do_not_see(
    sign_in, homeroom_teacher, other_student, other_class, lead
):
    client = sign_in(homeroom_teacher)

    response = client.post(
        reverse(NEW), form(pupil=other_student.name, school_class=str(other_class.public_id)), follow=True
    )

    assert Concern.objects.get().student == other_student
    assert reverse("students:detail", args=[other_student.public_id]) not in text_of(response)


def test_the_id_of_a_pupil_one_does_not_see_opens_nothing(sign_in, homeroom_teacher, other_student, lead):
    client = sign_in(homeroom_teacher)

    opened = client.get(reverse(NEW), {"student": other_student.public_id})
    sent = client.post(reverse(NEW), form(student=str(other_student.public_id)))

    assert other_student.name not in text_of(opened) + text_of(sent)
    assert sent.status_code == 422
    assert not Concern.objects.exists()


def test_a_name_is_looked_up_only_when_all_the_rest_is_right(
    sign_in, homeroom_teacher, other_student, other_class
):
    client = sign_in(homeroom_teacher)
    named = {"school_class": str(other_class.public_id), "facts": ""}

    right = client.post(reverse(NEW), form(pupil=other_student.name, **named))
    wrong = client.post(reverse(NEW), form(pupil="Nobody", **named))

    assert right.status_code == wrong.status_code == 422
    assert "Not found" not in text_of(right) + text_of(wrong)


@pytest.mark.parametrize("missing", ["category", "urgency", "facts", "told_in_person", "happened_at"])
def test_what_is_missing_is_said_and_what_was_typed_stays(sign_in, warden, student, lead, missing):
    typed = form(student=str(student.public_id), action="I rang his grandmother.")
    del typed[missing]

    response = sign_in(warden).post(reverse(NEW), typed)

    assert response.status_code == 422
    assert "I rang his grandmother." in text_of(response)
    assert not Concern.objects.exists()


def test_a_draft_comes_back_and_goes_with_the_report(sign_in, warden, student, lead):
    client, client_id = sign_in(warden), str(uuid.uuid4())
    saved = client.post(
        reverse("counselling:concern_draft_save"), {"client_id": client_id, "facts": SAID, "category": "home"}
    )
    assert saved.status_code == 204
    assert SAID in text_of(client.get(reverse(NEW)))

    client.post(reverse(NEW), form(client_id=client_id, student=str(student.public_id)))

    assert not ConcernDraft.objects.exists()
    assert SAID not in text_of(client.get(reverse(NEW)))


def test_a_draft_can_be_thrown_away(sign_in, warden, school):
    client = sign_in(warden)
    client.post(reverse("counselling:concern_draft_save"), {"client_id": str(uuid.uuid4()), "facts": SAID})

    client.post(reverse("counselling:concern_draft_discard"))

    assert not ConcernDraft.objects.exists()


def test_the_lead_sees_it_on_today_until_somebody_has_seen_it(sign_in, warden, student, lead):
    concern = factories.make_concern(student, warden)
    client, today = sign_in(lead), reverse("students:today")
    assert page("concern", concern) in text_of(client.get(today))

    client.post(page("concern_acknowledge", concern))

    assert page("concern", concern) not in text_of(client.get(today))
    concern.refresh_from_db()
    assert concern.acknowledged_by == lead


def test_the_words_are_on_their_own_page_alone_and_reading_is_noted(sign_in, warden, student, lead):
    concern = factories.make_concern(student, warden, facts=SAID)
    client = sign_in(lead)

    for address in (
        page("concern", concern),
        reverse("counselling:concerns"),
        reverse("students:today"),
        reverse("students:detail", args=[student.public_id]),
        reverse("students:print", args=[student.public_id]),
    ):
        assert SAID not in text_of(client.get(address))
    assert not AuditEvent.objects.filter(event="concern.read").exists()

    assert SAID in text_of(client.get(page("concern_text", concern)))
    assert AuditEvent.objects.get(event="concern.read").actor_id == lead.pk


def test_its_page_says_who_opened_the_words_and_the_reporter_is_not_told(sign_in, warden, student, lead):
    concern = factories.make_concern(student, warden)
    client = sign_in(lead)
    assert "Who looked?" not in text_of(client.get(page("concern", concern)))

    client.get(page("concern_text", concern))

    assert "Who looked?" in text_of(client.get(page("concern", concern)))
    assert "Who looked?" not in text_of(sign_in(warden).get(page("concern", concern)))


def test_reading_asks_for_the_second_factor_again(sign_in, warden, student, lead):
    concern = factories.make_concern(student, warden, facts=SAID)
    client = sign_in(lead)
    session = client.session
    session[step_up.SESSION_KEY] = session[step_up.SESSION_KEY] | {"at": time.time() - 3600}
    session.save()

    response = client.get(page("concern_text", concern))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("mfa_step_up"))


def test_the_reporter_keeps_sight_of_a_safe_status(sign_in, warden, student, lead, counsellor):
    old = timezone.now() - timedelta(days=2)
    concern = factories.make_concern(student, warden, facts=SAID, happened_at=old)
    lead_client = sign_in(lead)
    lead_client.post(page("concern_share", concern), {"colleague": str(counsellor.public_id)})
    lead_client.post(page("concern_close", concern), {"outcome": "helped"})
    client = sign_in(warden)

    seen = text_of(client.get(page("concern", concern)))
    words = text_of(client.get(page("concern_text", concern)))

    assert "The school helps the child" in seen
    assert lead.name not in seen
    assert counsellor.name not in seen
    assert SAID not in words
    assert client.post(page("concern_acknowledge", concern)).status_code == 403
    assert client.post(page("concern_close", concern), {"outcome": "known"}).status_code == 403


def test_the_reporter_reads_what_they_have_just_written(sign_in, warden, student, lead):
    concern = factories.make_concern(student, warden, facts=SAID, happened_at=timezone.now())

    assert SAID in text_of(sign_in(warden).get(page("concern_text", concern)))


def test_adding_keeps_what_was_typed_when_it_is_refused(sign_in, warden, student, lead):
    concern = factories.make_concern(student, warden)
    client = sign_in(warden)
    empty = client.post(
        page("concern_add", concern), {"client_id": str(uuid.uuid4()), "action": "Rang home."}
    )
    assert empty.status_code == 422
    assert "Rang home." in text_of(empty)

    client.post(page("concern_add", concern), {"client_id": str(uuid.uuid4()), "facts": "Again today."})

    assert ConcernText.objects.filter(concern=concern).count() == 2


def test_a_share_lets_one_colleague_in_and_taking_it_back_puts_them_out(
    sign_in, warden, student, lead, counsellor
):
    concern = factories.make_concern(student, warden)
    sign_in(lead).post(page("concern_share", concern), {"colleague": str(counsellor.public_id)})
    share = concern.readers.get()
    client = sign_in(counsellor)
    assert client.get(page("concern", concern)).status_code == 200
    assert client.post(page("concern_acknowledge", concern)).status_code == 403

    sign_in(lead).post(page("concern_unshare", concern), {"share": share.pk})

    assert sign_in(counsellor).get(page("concern", concern)).status_code == 404


# --- round whom it is about ---------------------------------------------------------------------------


EVERY_DOOR = ["concern", "concern_text"]
EVERY_ACT = [
    "concern_add", "concern_acknowledge", "concern_look_into", "concern_close", "concern_share", "concern_unshare",
]  # fmt: skip
EVERY_LIST = ["students:today", "students:list", "counselling:concerns", "reminders:bell", "accounts:me"]


@pytest.mark.parametrize(
    "accused", ["lead", "head_teacher", "homeroom_teacher", "counsellor", "school_admin"]
)
def test_whom_it_is_about_meets_it_nowhere(request, sign_in, warden, student, school, accused):
    named = request.getfixturevalue(accused)
    second = factories.make_user("second_lead")
    factories.make_membership(second, Role.SAFEGUARDING_LEAD, school=school)
    sign_in(warden).post(
        reverse(NEW), form(student=str(student.public_id), about_staff=str(named.public_id), category="staff")
    )
    concern = Concern.objects.get()
    assert concern.about_staff == named
    client = sign_in(named)
    child = [reverse(f"students:{name}", args=[student.public_id]) for name in ("detail", "print")]

    for name in EVERY_DOOR:
        assert client.get(page(name, concern)).status_code == 404
    for name in EVERY_ACT:
        assert client.post(page(name, concern), form(outcome="known")).status_code == 404
    for address in [*map(reverse, EVERY_LIST), *child, f"{reverse('counselling:concerns')}?show=closed"]:
        answer = text_of(client.get(address))
        assert str(concern.public_id) not in answer
        assert "Something was reported" not in answer
    oversight = client.get(reverse("reminders:oversight"))
    assert oversight.status_code in (200, 403)
    assert "Something was reported" not in text_of(oversight)
    assert page("concern", concern) in text_of(sign_in(second).get(reverse("students:today")))


def test_what_is_about_a_colleague_is_not_on_paper(sign_in, warden, student, lead, homeroom_teacher):
    concern = factories.make_concern(student, warden, about_staff=homeroom_teacher)
    factories.make_concern_reader(concern, lead)
    client = sign_in(lead)

    assert page("concern", concern) in text_of(
        client.get(reverse("students:detail", args=[student.public_id]))
    )
    assert "<h3>Concern" not in text_of(client.get(reverse("students:print", args=[student.public_id])))


def test_a_school_where_nobody_can_read_it_says_so(sign_in, warden, student):
    client = sign_in(warden)

    opened = text_of(client.get(reverse(NEW)))
    client.post(reverse(NEW), form(student=str(student.public_id)))

    assert "Nobody in your school can read it at present" in opened
    assert Concern.objects.count() == 1


def test_the_inbox_costs_the_same_for_one_concern_and_for_three(sign_in, warden, student, lead):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = sign_in(lead), []
    for _ in range(2):
        factories.make_concern(student, warden)
        client.get(reverse("counselling:concerns"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("counselling:concerns"))
        counts.append(len(queries))
        factories.make_concern(student, warden)

    assert counts[0] == counts[1]


def test_an_official_reports_nothing(sign_in, official):
    assert sign_in(official).get(reverse(NEW)).status_code == 403
    assert sign_in(official).get(reverse("counselling:concerns")).status_code == 403
