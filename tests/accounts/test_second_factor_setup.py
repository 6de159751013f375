"""Setting up a second factor, changing it, and that no page opens before."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.models import TotpUse, User
from accounts.roles import Role
from accounts.second_factor import selectors, services
from core.models import AuditEvent
from reminders.models import Reminder
from tests import factories
from tests.accounts.steps import CODE_PAGE, NOON, factor_of, give_password, is_signed_in, set_up_app
from tests.factories import factors
from tests.factories.places import PASSWORD

# --- setting up -------------------------------------------------------------------------------


@pytest.fixture
def newcomer(client: Client, homeroom_teacher: User) -> Client:
    """Signed in with a password, without a factor."""
    give_password(client, homeroom_teacher)
    return client


def test_whoever_has_no_factor_is_led_to_setting_one_up(newcomer):
    response = newcomer.get("/children/?q=x")

    assert response["Location"].startswith("/accounts/2fa/?next=")
    page = newcomer.get(response["Location"]).content.decode()
    assert "An app on your telephone" in page
    assert "A passkey" in page
    assert "A printed sheet of codes" in page


@pytest.mark.parametrize(
    "path", ["/", "/me/", "/school/members/", "/api/v1/docs/", "/accounts/password/change/"]
)
def test_no_page_is_reached_before(newcomer, path):
    response = newcomer.get(path)

    assert response.status_code in (302, 403)
    assert "Location" not in response or response["Location"].startswith("/accounts/2fa/")


def test_the_api_says_what_is_missing(newcomer):
    response = newcomer.get("/api/v1/schools/")

    assert response.status_code == 403
    assert response.json()["code"] == "second_factor_needed"


def test_a_fragment_leads_the_whole_page_there(newcomer):
    response = newcomer.get("/", headers={"HX-Request": "true"})

    assert response["HX-Redirect"].startswith("/accounts/2fa/")


def test_leaving_and_the_language_stay_open(newcomer):
    assert newcomer.post("/me/preferences/", {"language": "zh-hans"}).status_code == 302
    assert newcomer.get("/accounts/2fa/")["Content-Language"] == "zh-hans"
    assert newcomer.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_without_the_requirement_nobody_is_led_anywhere(newcomer, settings):
    settings.SECOND_FACTOR_REQUIRED = False

    assert newcomer.get("/").status_code == 200


def test_an_app_is_set_up_and_opens_the_pages(newcomer, homeroom_teacher):
    response = set_up_app(newcomer)

    assert response["Location"] == "/"
    assert newcomer.get("/").status_code == 200
    assert factor_of(newcomer) == "totp"
    assert TotpUse.objects.get(authenticator__user=homeroom_teacher).last_step > 0


def test_a_wrong_code_sets_up_nothing_and_keeps_the_picture(newcomer):
    seed = newcomer.get(reverse("mfa_activate_totp")).context["seed"]

    response = newcomer.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert response.status_code == 422
    assert response.context["seed"] == seed
    assert not Authenticator.objects.exists()


def test_the_code_that_set_up_the_app_does_not_sign_in_again(newcomer, homeroom_teacher):
    seed = newcomer.get(reverse("mfa_activate_totp")).context["seed"].replace(" ", "")
    code = factors.code_of(seed=seed)
    newcomer.post(reverse("mfa_activate_totp"), {"code": code})

    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=code, now=timezone.now())


def test_a_sheet_counts_once_one_of_its_codes_is_typed(newcomer, homeroom_teacher):
    page = newcomer.post(reverse("mfa_generate_recovery_codes"))
    codes = page.context["codes"]

    assert len(codes) == 10
    assert all(code in page.content.decode() for code in codes)
    assert not selectors.has_factor(homeroom_teacher)
    assert newcomer.get("/")["Location"].startswith("/accounts/2fa/")
    response = newcomer.post(reverse("mfa_step_up"), {"code": codes[0]})
    assert response["Location"] == "/"
    assert newcomer.get("/").status_code == 200


def test_a_sheet_that_never_reached_the_paper_locks_nobody_out(newcomer, homeroom_teacher):
    newcomer.post(reverse("mfa_generate_recovery_codes"))
    newcomer.post("/accounts/logout/")
    give_password(newcomer, homeroom_teacher)

    assert is_signed_in(newcomer)
    assert newcomer.post(reverse("mfa_generate_recovery_codes")).status_code == 200


STRONG = ["counsellor", "lead", "school_admin", "head_teacher", "official"]


@pytest.fixture
def person(db, request: pytest.FixtureRequest) -> User:
    """One of the cast by name."""
    found: User = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("person", STRONG, indirect=True)
def test_some_roles_need_more_than_a_sheet(client, person):
    give_password(client, person)

    response = client.post(reverse("mfa_generate_recovery_codes"))

    assert response.status_code == 422
    assert "a sheet isn&#x27;t enough" in response.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("person", ["homeroom_teacher", "paired_teacher", "warden"], indirect=True)
def test_for_teachers_and_wardens_a_sheet_is_enough(person):
    assert selectors.sheet_is_enough(person, on=timezone.localdate())


def test_whoever_becomes_a_lead_gets_no_further_with_a_sheet_than_setting_up_more(
    client, homeroom_teacher, school
):
    codes = factors.make_sheet(homeroom_teacher)
    factories.make_membership(homeroom_teacher, Role.SAFEGUARDING_LEAD, school=school)
    give_password(client, homeroom_teacher)
    client.post(CODE_PAGE, {"code": codes[0]})

    assert client.get("/")["Location"].startswith("/accounts/2fa/?next=")
    set_up_app(client)
    assert client.get("/").status_code == 200
    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=codes[1], now=timezone.now())


def test_a_running_session_by_sheet_ends_at_the_gate_the_day_the_role_grows(client, homeroom_teacher, school):
    codes = factors.make_sheet(homeroom_teacher)
    give_password(client, homeroom_teacher)
    client.post(CODE_PAGE, {"code": codes[0]})
    assert client.get("/").status_code == 200

    factories.make_membership(homeroom_teacher, Role.COUNSELLOR, school=school)

    assert client.get("/")["Location"].startswith("/accounts/2fa/")


# --- changing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"])
def test_another_factor_wants_the_one_there_is(client, homeroom_teacher, name):
    factors.make_app(homeroom_teacher)
    client.force_login(homeroom_teacher)
    session = client.session
    session[step_up.SESSION_KEY]["at"] -= 601
    session.save()

    response = client.get(reverse(name))

    assert response["Location"].startswith(reverse("mfa_step_up"))


def test_the_password_alone_changes_no_factor(client, homeroom_teacher):
    """Signed in before the factor existed elsewhere: the session has proven nothing."""
    give_password(client, homeroom_teacher)
    factors.make_app(homeroom_teacher)

    response = client.post(reverse("mfa_generate_recovery_codes"))

    assert response["Location"].startswith(reverse("mfa_step_up"))
    assert Authenticator.objects.count() == 1


def test_a_change_is_audited_and_told_by_bell_and_mail(homeroom_teacher):
    services.print_sheet(user=homeroom_teacher, by=homeroom_teacher, now=NOON)

    event = AuditEvent.objects.get(event="user.factor_added")
    assert (event.target_id, event.details["kind"]) == (str(homeroom_teacher.public_id), "recovery_codes")
    told = Reminder.objects.filter(recipient=homeroom_teacher, category="second_factor")
    assert set(told.values_list("channel", flat=True)) == {"bell", "email"}


def test_an_official_who_works_in_no_school_is_told_by_mail(
    official, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        services.reset(user=official, by=None, now=NOON)

    assert {letter.subject for letter in mailoutbox} == {"Kiteline: Your way of signing in has changed"}
    assert mailoutbox[0].to == [official.email]
    assert not Reminder.objects.filter(recipient=official).exists()


def test_the_last_factor_cannot_be_removed(client, homeroom_teacher):
    app = factors.make_app(homeroom_teacher)
    client.force_login(homeroom_teacher)

    response = client.post(reverse("mfa_remove"), {"factor": app.pk})

    assert response.status_code == 422
    assert "This is your last one" in response.content.decode()
    assert Authenticator.objects.filter(pk=app.pk).exists()


def test_a_lead_cannot_fall_back_to_a_sheet(lead):
    app = factors.make_app(lead)
    factors.make_sheet(lead)

    with pytest.raises(services.RefusedError):
        services.remove(user=lead, factor=app, by=lead, now=NOON)


def test_one_of_two_is_removed_audited_and_told(client, homeroom_teacher):
    app = factors.make_app(homeroom_teacher)
    factors.make_sheet(homeroom_teacher)
    client.force_login(homeroom_teacher)

    client.post(reverse("mfa_remove"), {"factor": app.pk})

    assert not Authenticator.objects.filter(pk=app.pk).exists()
    assert AuditEvent.objects.filter(event="user.factor_removed").count() == 1
    assert Reminder.objects.filter(recipient=homeroom_teacher, category="second_factor").exists()


@pytest.mark.parametrize("number", ["x", "", "9" * 40, "-1", "²"])
def test_removing_what_is_not_ones_own_removes_nothing(client, homeroom_teacher, warden, number):
    factors.make_sheet(homeroom_teacher)
    other = factors.make_app(warden)
    client.force_login(homeroom_teacher)

    assert client.post(reverse("mfa_remove"), {"factor": number}).status_code == 422
    assert client.post(reverse("mfa_remove"), {"factor": other.pk}).status_code == 422
    assert Authenticator.objects.count() == 2


def test_a_reset_takes_everything_and_leaves_a_sheet(client, homeroom_teacher, school_admin):
    factors.make_app(homeroom_teacher)
    client.force_login(homeroom_teacher)

    codes = services.reset(user=homeroom_teacher, by=school_admin, now=NOON)

    assert list(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes"]
    assert services.use_code(user=homeroom_teacher, code=codes[0], now=NOON) == "recovery_codes"
    assert client.get("/")["Location"].startswith("/accounts/login/")
    event = AuditEvent.objects.get(event="user.factors_reset")
    assert (event.actor_id, event.target_id) == (school_admin.pk, str(homeroom_teacher.public_id))


def test_making_a_token_wants_a_fresh_factor(client, homeroom_teacher):
    client.force_login(homeroom_teacher)
    session = client.session
    session[step_up.SESSION_KEY]["at"] -= 601
    session.save()

    response = client.post(reverse("accounts:issue_token"), {"password": PASSWORD})

    assert response["Location"].startswith(reverse("mfa_step_up"))
