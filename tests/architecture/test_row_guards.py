"""What row security alone can't say: nobody gives themselves rights by a statement of their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from core import tenancy
from schools.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db


def refused(words: str):
    return pytest.raises(ProgrammingError, match=words)


def test_nobody_makes_themselves_the_lead(homeroom_teacher, school) -> None:
    with tenancy.acting(homeroom_teacher, "test"), refused("themselves"), transaction.atomic():
        factories.make_membership(homeroom_teacher, Role.SAFEGUARDING_LEAD, school=school)


@pytest.mark.parametrize("change", [{"role": Role.SAFEGUARDING_LEAD}, {"started_on": date(2020, 1, 1)}])
def test_a_role_isn_t_rewritten(school_admin, counsellor, change) -> None:
    with tenancy.acting(school_admin, "test"), refused("not rewritten"), transaction.atomic():
        Membership.objects.filter(user=counsellor).update(**change)


def test_a_colleague_s_role_isn_t_turned_into_one_s_own(paired_teacher, counsellor) -> None:
    with tenancy.acting(paired_teacher, "test"), refused("not rewritten"), transaction.atomic():
        Membership.objects.filter(user=counsellor).update(user=paired_teacher)


def test_nobody_lengthens_their_own_role(counsellor) -> None:
    Membership.objects.filter(user=counsellor).update(ended_on=timezone.localdate())

    with tenancy.acting(counsellor, "test"), refused("lengthens"), transaction.atomic():
        Membership.objects.filter(user=counsellor).update(ended_on=None)


def test_a_role_is_given_and_ended_by_others(school_admin, counsellor, school) -> None:
    with tenancy.acting(school_admin, "test"):
        factories.make_membership(counsellor, Role.HEAD_TEACHER, school=school)
        ended = Membership.objects.filter(user=counsellor).update(ended_on=timezone.localdate())

    assert ended == 2


def test_break_glass_isn_t_approved_in_a_colleague_s_name(paired_teacher, counsellor, other_student) -> None:
    use = factories.make_emergency(other_student, paired_teacher)

    with tenancy.acting(paired_teacher, "test"), refused("another's name"), transaction.atomic():
        type(use).objects.filter(pk=use.pk).update(approved_by=counsellor, approved_at=timezone.now())


def test_break_glass_isn_t_lengthened_or_opened_again(paired_teacher, other_student) -> None:
    use = factories.make_emergency(other_student, paired_teacher, ended_at=timezone.now())
    uses = type(use).objects.filter(pk=use.pk)

    with tenancy.acting(paired_teacher, "test"):
        with refused("not rewritten"), transaction.atomic():
            uses.update(ended_at=None)
        with refused("permission denied"), transaction.atomic():
            uses.update(expires_at=timezone.now() + timedelta(hours=9))


@pytest.mark.parametrize(
    "table",
    [
        "accounts_user",
        "accounts_sheetcode",
        "accounts_browsersession",
        "authtoken_token",
        "mfa_authenticator",
    ],
)
def test_who_counts_reads_no_password_token_or_factor(table) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('kl_stats', %s, 'SELECT')", [table])

        assert cursor.fetchone() == (False,)
