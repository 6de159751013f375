"""A week's plan becomes calls that stand, and stops being so: publish, withdraw."""

from __future__ import annotations

import pytest

from calls.models import Call, CallPupil, CallReply, Rota
from calls.services import rota as rota_services
from core.models import AuditEvent
from schools.services.errors import RefusedError
from students.models import GuardianLink
from tests import factories
from tests.calls.cast import NOW, ON, evening, family, number_of, plan
from tests.factories.calls import MONDAY

pytestmark = pytest.mark.django_db


def test_publishing_makes_the_calls_stand(school, school_class, window, school_admin):
    family(school_class)
    rota = plan(school, school_admin)

    rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)

    call = rota.calls.get()
    assert (call.state, call.stands, call.pupils.get().stands) == (Call.State.PLANNED, True, True)
    rota.refresh_from_db()
    assert (rota.state, rota.published_by) == (Rota.State.PUBLISHED, school_admin)
    assert AuditEvent.objects.filter(event="rota.published", target_id=str(rota.public_id)).exists()


def test_a_plan_that_clashes_with_a_later_booking_is_not_published_at_all(
    school, school_class, window, phone, school_admin
):
    students = [family(school_class, f"李{n}", phone=f"1380013800{n}") for n in range(3)]
    rota = plan(school, school_admin)
    taken = rota.calls.order_by("starts_at")[1]
    other = family(school_class, "王五", phone="13800138009")
    factories.make_call(other, number_of(other), phone=phone, starts_at=taken.starts_at)

    with pytest.raises(RefusedError, match="Make the plan again"):
        rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)

    assert len(students) == rota.calls.filter(state=Call.State.PROPOSED).count()
    assert plan(school, school_admin).tiers["pupils"] == 2  # the two places that are left


def test_a_number_that_was_barred_since_stops_the_publication(school, school_class, window, school_admin):
    student = family(school_class)
    rota = plan(school, school_admin)
    GuardianLink.objects.filter(student=student).update(contact_barred=True)

    with pytest.raises(RefusedError, match="may no longer be called"):
        rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)


def test_a_plan_whose_calls_have_begun_is_not_published(school, school_class, window, school_admin):
    family(school_class)
    rota = plan(school, school_admin)

    with pytest.raises(RefusedError, match="in the past"):
        rota_services.publish_rota(rota=rota, by=school_admin, on=MONDAY, now=evening())


def test_a_week_is_published_once(school, school_class, window, school_admin):
    family(school_class)
    rota = plan(school, school_admin)
    rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)

    with pytest.raises(RefusedError, match="can't be published"):
        rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)
    with pytest.raises(RefusedError, match="withdraw them first"):
        plan(school, school_admin)


def test_withdrawing_a_published_week_cancels_what_is_still_to_come(
    school, school_class, window, school_admin
):
    for number in range(2):
        family(school_class, f"李{number}", phone=f"1380013800{number}")
    rota = plan(school, school_admin)
    rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)

    cancelled = rota_services.withdraw_rota(rota=rota, by=school_admin, now=evening(5))

    first, second = rota.calls.order_by("starts_at")
    assert cancelled == 1
    assert (first.state, second.state, second.reason) == ("planned", "cancelled", "withdrawn")
    assert CallPupil.objects.filter(call=second, stands=True).count() == 0
    assert plan(school, school_admin).state == Rota.State.PREVIEWED  # the week can be planned anew


def test_what_a_parent_has_confirmed_stays_and_the_next_plan_goes_around_it(
    school, school_class, window, school_admin
):
    for number in range(3):
        family(school_class, f"李{number}", phone=f"1380013800{number}")
    rota = plan(school, school_admin)
    rota_services.publish_rota(rota=rota, by=school_admin, on=ON, now=NOW)
    first, confirmed, refused = rota.calls.order_by("starts_at")
    for call, answer in ((confirmed, "confirmed"), (refused, "cannot")):
        CallReply.objects.create(school=school, call=call, answer=answer, answered_at=NOW)

    assert rota_services.withdraw_rota(rota=rota, by=school_admin, now=NOW) == 2
    again = plan(school, school_admin)
    rota_services.publish_rota(rota=again, by=school_admin, on=ON, now=NOW)

    confirmed.refresh_from_db()
    assert (confirmed.state, confirmed.stands, confirmed.reply.answer) == ("planned", True, "confirmed")
    left = again.left_out.get()
    assert (left.student, left.reason) == (confirmed.pupils.get().student, "booked")
    assert {call.starts_at for call in again.calls.all()} == {first.starts_at, refused.starts_at}
