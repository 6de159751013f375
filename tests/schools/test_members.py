"""Who works in a school: the list, giving and ending roles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Role
from schools import access, selectors, services
from schools.models import Membership
from tests import factories


def page(school) -> str:
    return reverse("schools:school_members", args=[school.public_id])


def end(client, school, membership, **data):
    address = reverse("schools:membership_end", args=[school.public_id])
    return client.post(address, {"membership": membership.pk, **data})


def membership_of(user) -> Membership:
    return Membership.objects.get(user=user)


def count_queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_with_one_member_and_with_more(client, school, school_class, school_admin):
    client.force_login(school_admin)
    factories.make_invitation(school, by=school_admin)
    before = count_queries(client, page(school))
    for number in range(3):
        factories.make_membership(
            factories.make_user(),
            Role.HOMEROOM_TEACHER,
            school_class=factories.make_class(school, 4, number + 1),
        )
        factories.make_invitation(school, by=factories.make_user(), school_class=school_class)

    assert count_queries(client, page(school)) == before


def test_the_list_shows_the_school_s_own_people_a_page_at_a_time(
    school, other_school, school_admin, stranger, today
):
    for number in range(5):
        factories.make_membership(factories.make_user(f"m{number}"), Role.WARDEN, school=school)

    first = selectors.members(school, on=today, ended=False, cursor=None, size=4)
    second = selectors.members(school, on=today, ended=False, cursor=first.next_cursor, size=4)

    names = [one.user.username for one in [*first, *second]]
    assert names == ["m0", "m1", "m2", "m3", "m4", "school_admin"]


def test_ending_a_role_takes_effect_with_the_next_request(client, school, school_admin, counsellor):
    session = client.__class__()
    session.force_login(counsellor)
    assert session.get(reverse("schools:detail", args=[school.public_id])).status_code == 200
    client.force_login(school_admin)

    response = end(client, school, membership_of(counsellor))

    assert response.status_code == 302
    after = session.get(reverse("schools:detail", args=[school.public_id]))
    assert (after.status_code, after["Location"].partition("?")[0]) == (302, reverse("account_login"))


def test_a_role_given_today_by_mistake_ends_at_once_too(school, school_admin, today):
    user = factories.make_user()
    membership = services.grant_role(user=user, role=Role.WARDEN, school=school, by=school_admin, on=today)

    services.end_membership(membership=membership, school=school, by=school_admin, on=today)

    assert access.can(user, Perm.SCHOOL_VIEW, school=school, on=today) is None


def test_a_role_may_end_on_a_later_day(school, school_admin, counsellor, today):
    last = today + timedelta(days=30)

    services.end_membership(
        membership=membership_of(counsellor), school=school, last_day=last, by=school_admin, on=today
    )

    assert access.can(counsellor, Perm.TALK_READ, school=school, on=last)
    assert not access.can(counsellor, Perm.TALK_READ, school=school, on=last + timedelta(days=1))


def test_nobody_ends_the_role_by_which_they_manage_people(client, school, school_admin, head_teacher):
    client.force_login(school_admin)

    response = end(client, school, membership_of(school_admin))

    assert response.status_code == 422
    assert "a colleague must end it" in response.content.decode()
    assert membership_of(school_admin).ended_on is None


def test_somebody_who_may_invite_always_stays(school, school_admin, head_teacher, today):
    services.end_membership(membership=membership_of(head_teacher), school=school, by=school_admin, on=today)

    outsider = factories.make_user()
    with pytest.raises(services.RefusedError, match="Nobody would be left"):
        services.end_membership(membership=membership_of(school_admin), school=school, by=outsider, on=today)


def test_a_disabled_colleague_doesnt_count_as_staying(school, school_admin, head_teacher, today):
    head_teacher.is_active = False
    head_teacher.save()

    with pytest.raises(services.RefusedError, match="Nobody would be left"):
        services.end_membership(
            membership=membership_of(school_admin), school=school, by=factories.make_user(), on=today
        )


def test_an_ended_role_cant_end_again_and_a_last_day_isnt_past(school, school_admin, counsellor, today):
    membership = membership_of(counsellor)
    with pytest.raises(services.RefusedError, match="past"):
        services.end_membership(
            membership=membership,
            school=school,
            last_day=today - timedelta(days=1),
            by=school_admin,
            on=today,
        )
    services.end_membership(membership=membership, school=school, by=school_admin, on=today)

    with pytest.raises(services.RefusedError, match="ended already"):
        services.end_membership(membership=membership, school=school, by=school_admin, on=today)


def test_a_membership_of_another_school_isnt_found_under_ours(client, school, school_admin, stranger):
    client.force_login(school_admin)

    response = end(client, school, membership_of(stranger))

    assert response.status_code == 404
    assert membership_of(stranger).ended_on is None


@pytest.mark.parametrize("membership", ["", "x", "0", "-1", str(2**70)])
def test_a_made_up_membership_is_no_error(client, school, school_admin, membership):
    client.force_login(school_admin)

    response = client.post(
        reverse("schools:membership_end", args=[school.public_id]), {"membership": membership}
    )

    assert response.status_code in {404, 422}


# --- giving roles --------------------------------------------------------------------------------
def test_a_colleague_gets_another_role(client, school, school_admin, counsellor, school_class):
    client.force_login(school_admin)
    address = reverse("schools:role_grant", args=[school.public_id])

    response = client.post(
        address, {"person": counsellor.pk, "role": "homeroom_teacher", "school_class": school_class.pk}
    )

    assert response.status_code == 302
    roles = {one.role for one in access.grants(User.objects.get(pk=counsellor.pk), on=timezone.localdate())}
    assert roles == {"counsellor", "homeroom_teacher"}


def test_nobody_gives_themselves_a_role(client, school, school_admin, today):
    client.force_login(school_admin)
    address = reverse("schools:role_grant", args=[school.public_id])

    response = client.post(address, {"person": school_admin.pk, "role": "counsellor"})

    assert "person" in response.context["form"].errors
    with pytest.raises(services.RefusedError, match="themselves"):
        services.grant_role(user=school_admin, role="counsellor", school=school, by=school_admin, on=today)


def test_a_role_isnt_given_twice_nor_to_people_who_dont_work_here(
    client, school, school_admin, counsellor, stranger
):
    client.force_login(school_admin)
    address = reverse("schools:role_grant", args=[school.public_id])

    factories.make_membership(counsellor, Role.WARDEN, school=school)
    twice = client.post(address, {"person": counsellor.pk, "role": "warden"})
    foreign = client.post(address, {"person": stranger.pk, "role": "warden"})

    assert twice.context["form"].errors["role"] == ["They have this role already."]
    assert "person" in foreign.context["form"].errors


def test_the_menu_leads_to_the_people_of_my_own_school(client, school, school_admin, homeroom_teacher):
    client.force_login(school_admin)
    assert client.get(reverse("schools:members"))["Location"] == page(school)

    client.force_login(homeroom_teacher)
    assert client.get(reverse("schools:members")).status_code == 403


def test_my_own_page_says_my_roles_with_what_they_open(client, school, counsellor):
    client.force_login(counsellor)

    content = client.get(reverse("accounts:me")).content.decode()

    assert "Counsellor" in content
    assert "reads restricted entries" in content
    assert "Qingshi Central School" in content


def test_without_a_role_my_own_page_says_so(client, db):
    client.force_login(factories.make_user())

    assert "You hold no role" in client.get(reverse("accounts:me")).content.decode()


def test_ended_roles_have_a_page_of_their_own(client, school, school_admin, counsellor):
    Membership.objects.filter(user=counsellor).update(ended_on=date(2026, 10, 1))
    client.force_login(school_admin)

    now = client.get(page(school)).content.decode()
    ended = client.get(page(school) + "?show=ended").content.decode()

    assert "counsellor" not in now.lower().replace("school administrator", "")
    assert "Counsellor" in ended
