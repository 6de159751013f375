"""The second factor in a real browser: a passkey by Chromium's own authenticator, a sheet without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from tests import factories
from tests.factories.places import PASSWORD


@pytest.fixture
def newcomer(transactional_db) -> User:
    """A homeroom teacher who has never signed in."""
    school = factories.make_school(name="青石乡中心学校", area=factories.make_area(level="province"))
    user = factories.make_user("newcomer")
    factories.make_membership(user, Role.HOMEROOM_TEACHER, school_class=factories.make_class(school, 3, 2))
    return user


def give_password(page: Any, base: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", "newcomer")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def with_authenticator(page: Any) -> Any:
    """A computer with a finger sensor, on which the right finger always lies."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_a_passkey_is_set_up_and_signs_in(visit, newcomer, site):
    base = f"http://localhost:{site.port}"  # passkeys want a name, not a number
    person = visit()
    page = person.page
    session, device = with_authenticator(page)

    give_password(page, base)
    page.click("text=Add a passkey")
    page.fill("[name=name]", "My computer")
    person.shot("passkey-new")
    page.click("form[data-passkey] button[type=submit]")
    page.wait_for_url(f"{base}/")
    page.goto(f"{base}/accounts/2fa/")
    assert "My computer" in person.text()

    page.context.clear_cookies()
    give_password(page, base)
    page.wait_for_url(f"{base}/accounts/2fa/code/")
    person.shot("passkey-asked")
    page.click("form[data-passkey] button[type=submit]")
    page.wait_for_url(f"{base}/")
    kept = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert len(kept) == 1
    assert person.problems == []


def test_a_passkey_of_nobody_here_is_told_so_and_opens_nothing(visit, newcomer, site):
    base = f"http://localhost:{site.port}"
    person = visit()
    page = person.page
    session, device = with_authenticator(page)
    give_password(page, base)
    page.click("text=Add a passkey")
    page.fill("[name=name]", "My computer")
    page.click("form[data-passkey] button[type=submit]")
    page.wait_for_url(f"{base}/")
    session.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    page.context.clear_cookies()
    give_password(page, base)

    page.click("form[data-passkey] button[type=submit]")

    page.wait_for_selector("text=The passkey gave no answer")
    assert page.url == f"{base}/accounts/2fa/code/"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_printed_sheet_needs_no_script(visit, newcomer, site, scripts):
    person = visit(width=360, scripts=scripts)
    page = person.page
    give_password(page, site.base)
    person.shot(f"factor-ways-{scripts}")
    page.click("text=Print a sheet")
    page.click("text=Make the sheet")
    codes = page.locator("td code").all_inner_texts()
    person.shot(f"sheet-{scripts}")
    page.click("text=Printed: type the first code")
    page.fill("[name=code]", codes[0])
    person.shot(f"code-{scripts}")
    page.press("[name=code]", "Enter")

    page.wait_for_url(f"{site.base}/")
    assert len(codes) == 10
    assert person.problems == []
