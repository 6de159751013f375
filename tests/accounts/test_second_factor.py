"""The second factor: what lets somebody in, what doesn't, and that each code works once."""

from __future__ import annotations

import ast
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from django.db import connection, connections
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import SheetCode, User
from accounts.second_factor import seeds, selectors, services, sheet, totp, tries
from config.settings import base
from core.models import AuditEvent
from tests import factories
from tests.accounts.steps import CODE_PAGE, NOON, factor_of, give_password, is_signed_in
from tests.factories import factors
from tests.factories.places import PASSWORD

# --- codes of an app --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(second, code):
    """RFC 6238, appendix B, the last six of its eight digits."""
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert totp.code_at(seed, second // totp.PERIOD) == code


def test_the_password_alone_opens_nothing(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)

    response = give_password(client, homeroom_teacher)

    assert response["Location"] == CODE_PAGE
    assert not is_signed_in(client)
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_password_and_code_sign_in_and_the_audit_names_the_way(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    give_password(client, homeroom_teacher)

    response = client.post(CODE_PAGE, {"code": factors.code_of()})

    assert response.status_code == 302
    assert is_signed_in(client)
    assert client.get("/").status_code == 200
    assert AuditEvent.objects.get(event="user.signed_in").details["factor"] == "totp"


def test_a_wrong_code_is_refused_and_written_down(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    give_password(client, homeroom_teacher)

    response = client.post(CODE_PAGE, {"code": "000000"})

    assert response.status_code == 422
    assert "This code isn&#x27;t right" in response.content.decode()
    assert not is_signed_in(client)
    assert AuditEvent.objects.filter(event="user.factor_failed", target_id=str(homeroom_teacher.public_id))


@pytest.mark.parametrize("typed", ["", "١٢٣٤٥٦", "12345", "x" * 41, "  ", "-", "\x00"])
def test_what_is_no_code_is_refused(client, homeroom_teacher, typed):
    factors.make_app(homeroom_teacher)
    give_password(client, homeroom_teacher)

    response = client.post(CODE_PAGE, {"code": typed})

    assert response.status_code == 422
    assert not is_signed_in(client)


@pytest.mark.parametrize("later", [-1, 0, 1])
def test_a_clock_that_is_half_a_minute_wrong_does_no_harm(homeroom_teacher, later):
    factors.make_app(homeroom_teacher)
    code = factors.code_of(NOON, later=later)

    assert services.use_code(user=homeroom_teacher, code=code, now=NOON) == "totp"


@pytest.mark.parametrize("later", [-2, 2])
def test_older_and_later_codes_are_refused(homeroom_teacher, later):
    factors.make_app(homeroom_teacher)

    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=factors.code_of(NOON, later=later), now=NOON)


def test_a_code_works_once(homeroom_teacher):
    factors.make_app(homeroom_teacher)
    code = factors.code_of(NOON)
    services.use_code(user=homeroom_teacher, code=code, now=NOON)

    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=code, now=NOON)


def test_after_a_code_no_earlier_one_works(homeroom_teacher):
    """Somebody who read the one before over the shoulder can't use it any more."""
    factors.make_app(homeroom_teacher)
    services.use_code(user=homeroom_teacher, code=factors.code_of(NOON), now=NOON)

    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=factors.code_of(NOON, later=-1), now=NOON)


def at_once(times: int, work: Any) -> list[Any]:
    """Run it in so many threads, each with a connection of its own."""
    results: list[Any] = []
    gate = threading.Barrier(times)

    def run() -> None:
        gate.wait()
        try:
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def try_code(user: User, code: str) -> bool:
    try:
        services.use_code(user=user, code=code, now=NOON)
    except services.WrongCodeError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_uses_of_a_sheets_code_one_succeeds():
    user = factories.make_user()
    code = factors.make_sheet(user)[3]
    wins = sum(sum(at_once(20, lambda: try_code(user, code))) for _ in range(10))

    assert wins == 1
    assert SheetCode.objects.exclude(used_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_forty_uses_of_an_apps_code_one_succeeds():
    user = factories.make_user()
    factors.make_app(user)
    wins = sum(at_once(40, lambda: try_code(user, factors.code_of(NOON))))

    assert wins == 1


# --- sheets -----------------------------------------------------------------------------------


def test_a_sheets_code_signs_in_however_it_is_written(client, homeroom_teacher):
    code = factors.make_sheet(homeroom_teacher)[0]
    give_password(client, homeroom_teacher)

    client.post(CODE_PAGE, {"code": f" {code.lower().replace('-', ' ')} "})

    assert is_signed_in(client)
    assert factor_of(client) == "recovery_codes"
    assert client.get("/").status_code == 200


def test_a_sheet_holds_ten_codes_of_ten_letters_that_look_unlike():
    codes = sheet.new_codes()

    assert len(set(codes)) == 10
    assert all(len(code) == 10 and not set(code) & set("01ILO") for code in codes)


def test_a_sheet_is_kept_as_slow_hashes_only(homeroom_teacher, settings):
    settings.SHEET_HASHER = "django.contrib.auth.hashers.ScryptPasswordHasher"
    code = sheet.read(factors.make_sheet(homeroom_teacher)[0])
    kept = SheetCode.objects.values_list("code_hash", flat=True)

    assert all(one.startswith("scrypt$") for one in kept)
    assert not [one for one in kept if code in one]
    assert services.use_code(user=homeroom_teacher, code=code, now=NOON) == "recovery_codes"


def test_a_new_sheet_makes_the_old_one_worthless(homeroom_teacher):
    old = factors.make_sheet(homeroom_teacher)[0]
    services.print_sheet(user=homeroom_teacher, by=homeroom_teacher, now=NOON)

    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=old, now=NOON)


def test_a_sheet_of_somebody_else_opens_nothing(homeroom_teacher, warden):
    code = factors.make_sheet(warden)[0]
    factors.make_sheet(homeroom_teacher)

    with pytest.raises(services.WrongCodeError):
        services.use_code(user=homeroom_teacher, code=code, now=NOON)


# --- at rest ----------------------------------------------------------------------------------


def test_the_seed_of_an_app_is_encrypted_and_bound_to_its_person(homeroom_teacher, warden):
    app = factors.make_app(homeroom_teacher)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator WHERE id = %s", [app.pk])
        kept = cursor.fetchone()[0]

    assert factors.SEED not in kept
    assert selectors.seed_of(app) == factors.SEED
    with pytest.raises(Exception, match="changed, or moved"):
        seeds.open_(json.loads(kept)["secret"], bound_to=selectors.place_of(warden.pk))


def test_allauths_own_calls_keep_no_clear_text_either():
    closed = get_adapter().encrypt(factors.SEED)

    assert factors.SEED not in closed
    assert get_adapter().decrypt(closed) == factors.SEED


def test_the_seed_being_set_up_rests_encrypted_in_the_session(client, homeroom_teacher):
    client.force_login(homeroom_teacher)
    page = client.get(reverse("mfa_activate_totp"))

    seed = page.context["seed"].replace(" ", "")
    assert len(seed) == 32
    assert seed not in json.dumps(dict(client.session.items()))


# --- what isn't there -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "account_confirm_login_code", "account_request_login_code", "account_verify_phone",
        "account_email_verification_sent", "mfa_trust", "mfa_login_webauthn", "mfa_signup_webauthn",
        "mfa_download_recovery_codes", "mfa_view_recovery_codes", "mfa_reauthenticate", "account_reauthenticate",
    ],
)  # fmt: skip
def test_codes_by_mail_or_telephone_and_trusted_browsers_do_not_exist(name):
    """So none can live longer than ten minutes (ASVS 5.0.0 V6.5.5), and no browser is spared the factor."""
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_no_browser_is_trusted(settings):
    assert settings.MFA_TRUST_ENABLED is False


def test_production_neither_drops_the_factor_nor_shows_a_code():
    """One setting says each, in the base; only the local settings turn the demo's codes on."""
    settings_of = Path(base.__file__).parent
    changed = {
        path.name
        for path in settings_of.glob("*.py")
        if {"SHOW_DEMO_CODES = True", "SECOND_FACTOR_REQUIRED = False"} & set(_statements(path))
    }

    assert changed == {"local.py"}
    assert "SHOW_DEMO_CODES" not in (settings_of / "production.py").read_text()


def _statements(path: Path) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(path.read_text()).body]


# --- guessing ---------------------------------------------------------------------------------


def test_guessing_ends_after_five_tries_and_the_right_code_is_refused_then(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    give_password(client, homeroom_teacher)
    for _try in range(5):
        client.post(CODE_PAGE, {"code": "000000"})

    response = client.post(CODE_PAGE, {"code": factors.code_of()})

    assert "Too many wrong tries" in response.content.decode()
    assert not is_signed_in(client)


def test_a_guesser_elsewhere_locks_nobody_out(homeroom_teacher):
    """Password in hand, from as many places as they like: the person's own browser has its own tries."""
    factors.make_app(homeroom_teacher)
    own = Client()
    give_password(own, homeroom_teacher)
    own.post(CODE_PAGE, {"code": factors.code_of(later=-1)})
    assert is_signed_in(own)
    own.post("/accounts/logout/")
    for place in range(12):
        stranger = Client(REMOTE_ADDR=f"203.0.113.{place + 1}")
        give_password(stranger, homeroom_teacher)
        for _try in range(6):
            stranger.post(CODE_PAGE, {"code": "000000"})

    give_password(own, homeroom_teacher)
    own.post(CODE_PAGE, {"code": factors.code_of()})

    assert is_signed_in(own)


def test_from_many_places_together_only_so_many_guesses_are_heard(rf, homeroom_teacher):
    heard = 0
    for place in range(40):
        request = rf.post(CODE_PAGE, REMOTE_ADDR=f"203.0.113.{place + 1}")
        heard += sum(tries.take(request, homeroom_teacher, guessable=True, now=NOON) for _try in range(5))

    assert heard == tries.ANYWHERE.amount


# --- the code step -----------------------------------------------------------------------------


def test_the_code_step_can_be_left_for_another_name(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    give_password(client, homeroom_teacher)

    assert client.post(reverse("mfa_cancel"))["Location"] == "/accounts/login/"
    assert client.get(CODE_PAGE)["Location"] == "/accounts/login/"


def test_the_code_step_leads_to_where_the_person_wanted_to_go(client, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    client.post(
        "/accounts/login/", {"login": homeroom_teacher.username, "password": PASSWORD, "next": "/me/"}
    )

    assert client.post(CODE_PAGE, {"code": factors.code_of()})["Location"] == "/me/"


def test_a_code_never_reaches_an_error_report(client, homeroom_teacher):
    from accounts.second_factor import views

    for view in (views.authenticate, views.again, views.app):
        assert "code" in _hidden_parameters(view)


def _hidden_parameters(view: Any) -> tuple[str, ...]:
    cells = {
        name: cell.cell_contents
        for name, cell in zip(view.__code__.co_freevars, view.__closure__ or (), strict=True)
    }
    return tuple(cells.get("parameters", ()))
