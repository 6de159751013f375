"""That a sealed entry or a working note exists is for its readers alone: the trail tells nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core import tenancy
from core.models import AuditEvent, RowChange
from counselling.services import talks
from counselling.services.talks import TalkDetails, Words

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)


@pytest.fixture(params=["sealed", "process"])
def entry(request, student, counsellor, homeroom_teacher):
    """Written, corrected and read by the counsellor, with a promise; neither lead nor head may know of it."""
    named = [homeroom_teacher] if request.param == "sealed" else []
    details = TalkDetails(
        happened_at=NOW - timedelta(hours=1),
        sensitivity=request.param,
        named=named,
        follow_up_on=timezone.localdate(NOW),
    )
    with tenancy.acting(counsellor, "test"):
        made = talks.log_talk(
            student=student, client_id=uuid.uuid4(), words=Words("A"), details=details, by=counsellor, now=NOW
        )
        talks.correct_talk(session=made, words=Words("B"), reason="x", by=counsellor, now=NOW)
        talks.read_texts(session=made, by=counsellor)
    return made


@pytest.mark.parametrize("role", ["lead", "head_teacher"])
def test_no_event_of_a_secret_entry_is_in_the_trail_of_the_school(request, entry, role):
    with tenancy.acting(request.getfixturevalue(role), "test"):
        seen = list(
            AuditEvent.objects.filter(subject_id=str(entry.student.public_id)).values_list("event", flat=True)
        )

    assert seen == []


@pytest.mark.parametrize("role", ["lead", "head_teacher"])
def test_no_changed_row_of_a_secret_entry_is_in_the_trail_of_the_school(request, entry, role):
    with tenancy.acting(request.getfixturevalue(role), "test"):
        seen = set(
            RowChange.objects.filter(table_name__startswith="counselling_").values_list(
                "table_name", flat=True
            )
        )

    assert seen == set()


def test_the_same_of_a_restricted_entry_is_there(student, counsellor, lead):
    details = TalkDetails(happened_at=NOW - timedelta(hours=1), sensitivity="restricted")
    with tenancy.acting(counsellor, "test"):
        talks.log_talk(
            student=student, client_id=uuid.uuid4(), words=Words("A"), details=details, by=counsellor, now=NOW
        )

    with tenancy.acting(lead, "test"):
        assert AuditEvent.objects.filter(event="session.logged").exists()
        assert RowChange.objects.filter(table_name="counselling_sessiontext").exists()
