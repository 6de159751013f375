"""What a broken glass opens of entries, through both locks: pages in the scope of whoever is signed in."""

from __future__ import annotations

from django.urls import reverse

from students.models import EmergencyAccess
from tests import factories
from tests.breaking_glass import REASON

WORDS = "She is afraid of going home on Friday."


def words_on(client, session) -> tuple[int, bool]:
    response = client.get(reverse("counselling:talk", args=[session.public_id]))
    return response.status_code, WORDS in response.content.decode()


def break_glass(client, student) -> EmergencyAccess:
    response = client.post(reverse("students:emergency_open", args=[student.public_id]), {"reason": REASON})
    assert response.status_code == 302
    return EmergencyAccess.objects.get()


def test_a_restricted_entry_is_read_within_the_hour_and_not_after_it_is_closed(
    client, student, other_teacher, counsellor, lead
):
    entry = factories.make_session(student, counsellor, sensitivity="restricted", line=WORDS)
    client.force_login(other_teacher)
    assert words_on(client, entry) == (404, False)

    used = break_glass(client, student)
    assert words_on(client, entry) == (200, True)

    client.post(reverse("students:emergency_end", args=[used.public_id]))
    assert words_on(client, entry) == (404, False)


def test_a_sealed_entry_takes_the_second_person_and_a_working_note_never_opens(
    client, student, other_teacher, counsellor, homeroom_teacher, lead
):
    sealed = factories.make_session(
        student, counsellor, sensitivity="sealed", line=WORDS, named=[homeroom_teacher]
    )
    note = factories.make_session(student, counsellor, sensitivity="process", line=WORDS)
    client.force_login(other_teacher)
    used = break_glass(client, student)
    assert [words_on(client, one) for one in (sealed, note)] == [(404, False), (404, False)]

    client.force_login(lead)
    client.post(reverse("students:emergency_approve", args=[used.public_id]))

    client.force_login(other_teacher)
    assert words_on(client, sealed) == (200, True)
    assert words_on(client, note) == (404, False)


def test_the_reader_in_an_emergency_writes_nothing(client, student, other_teacher, counsellor, lead):
    client.force_login(other_teacher)
    break_glass(client, student)

    new = client.get(reverse("counselling:talk_new", args=[student.public_id]))

    assert new.status_code == 403
