"""Sessions: when they end by themselves, who may end them, and what is left behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.adapter import SIGNED_IN_AT
from accounts.models import BrowserSession, KnownBrowser, User
from accounts.sessions import SessionStore
from core.models import AuditEvent
from tests import factories
from tests.factories.places import PASSWORD

LOGIN = "/accounts/login/"
ME = "/me/preferences/"
LEFT, OVER = "/me/session/left/", "/me/session/over/"
IDLE = 20 * 60


@pytest.fixture
def wang(db) -> User:
    return factories.make_user("wang.fang")


def signed_in(user: User, **more) -> Client:
    client = Client(**more)
    client.force_login(user)
    return client


def rest(client: Client, seconds: float) -> None:
    """Let this session's person do nothing for so long."""
    at = timezone.now() - timedelta(seconds=seconds)
    BrowserSession.objects.filter(pk=key_of(client)).update(last_seen_at=at)


def key_of(client: Client) -> str:
    return SessionStore.name_of(client.cookies["sessionid"].value)


def is_out(client: Client) -> bool:
    response = client.get(ME)
    return response.status_code == 302 and response["Location"].startswith(LOGIN)


def test_twenty_minutes_is_what_a_shared_computer_gets():
    assert django_settings.SESSION_IDLE_SECONDS == IDLE
    assert django_settings.SESSION_COOKIE_AGE == 8 * 3600


def test_a_session_that_nobody_uses_ends_on_the_server(wang):
    client = signed_in(wang)
    rest(client, IDLE + 1)

    assert is_out(client)
    assert not BrowserSession.objects.filter(user=wang).exists()


def test_one_used_in_time_goes_on_and_its_time_begins_anew(wang):
    client = signed_in(wang)
    rest(client, IDLE - 5)

    assert not is_out(client)
    assert client.get(LEFT, headers={"X-Background": "1"}).json()["left"] > IDLE - 60


def test_what_a_page_asks_by_itself_is_no_activity(wang):
    client = signed_in(wang)
    client.get(ME)
    rest(client, IDLE - 30)

    for path in (ME, LEFT, "/reminders/"):
        client.get(path, headers={"X-Background": "1"})

    assert 0 < client.get(LEFT, headers={"X-Background": "1"}).json()["left"] <= 30
    rest(client, IDLE + 1)
    assert client.get(LEFT, headers={"X-Background": "1"}).json() == {"left": 0}


def test_every_template_that_polls_says_so():
    polling = [
        page
        for page in (Path(django_settings.BASE_DIR) / "templates").rglob("*.html")
        if 'hx-trigger="every' in page.read_text()
    ]

    assert polling
    assert [page.name for page in polling if '"X-Background": "1"' not in page.read_text()] == []


def test_eight_hours_are_the_end_however_busy(wang):
    client = signed_in(wang)
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(hours=8)).timestamp()
    session.save()

    assert is_out(client)


def test_an_ended_session_leads_back_to_where_one_was(wang):
    client = signed_in(wang)
    rest(client, IDLE + 1)

    response = client.get(OVER, {"next": "/children/?page=2"})

    assert response["Location"] == f"{LOGIN}?next=%2Fchildren%2F%3Fpage%3D2&why=idle"
    assert "Drafts are saved" in client.get(response["Location"]).content.decode()
    client.post(LOGIN, {"login": "wang.fang", "password": PASSWORD, "next": "/me/preferences/"})
    assert "_auth_user_id" in client.session


def test_a_page_whose_clock_is_fast_ends_no_session_that_is_in_use(wang):
    client = signed_in(wang)

    response = client.get(OVER, {"next": ME})

    assert response["Location"] == ME
    assert not is_out(client)


def test_asking_for_the_end_is_no_activity(wang):
    client = signed_in(wang)
    client.get(ME)
    rest(client, IDLE - 1)

    assert client.get(OVER, {"next": ME})["Location"].startswith(LOGIN)
    assert is_out(client)


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/\\evil.test", "x", "", "/a\x00"])
def test_the_way_back_never_leads_to_another_site(wang, target):
    client = signed_in(wang)

    assert client.get(OVER, {"next": target})["Location"] == "/"


def test_whoever_is_not_signed_in_has_no_time_left(client, db):
    assert client.get(LEFT).json() == {"left": 0}
    assert client.get(OVER)["Location"].startswith(LOGIN)


@pytest.mark.parametrize("how", ["sign_out", "idle", "over"])
def test_a_session_that_ends_clears_what_the_browser_kept(wang, how):
    client = signed_in(wang)
    if how == "sign_out":
        response = client.post(reverse("account_logout"))
    else:
        rest(client, IDLE + 1)
        response = client.get(ME if how == "idle" else OVER)

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get(LOGIN).headers


def test_pages_rest_nowhere(wang):
    client = signed_in(wang)

    page = client.get(ME)

    assert "no-store" in page["Cache-Control"]
    assert '"historyCacheSize":0' in page.content.decode()
    assert '"refreshOnHistoryMiss":true' in page.content.decode()


def test_a_copy_of_the_database_opens_no_session(wang):
    client = signed_in(wang)
    cookie = client.cookies["sessionid"].value

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(accounts_browsersession::text, '') FROM accounts_browsersession")
        assert cookie not in cursor.fetchone()[0]
    thief = Client()
    thief.cookies["sessionid"] = BrowserSession.objects.get(user=wang).pk
    assert is_out(thief)


def test_signing_in_gives_a_new_session(wang):
    client = Client()
    client.get(reverse("account_reset_password"))
    session = client.session
    session["before"] = "x"
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = client.cookies["sessionid"].value

    client.post(LOGIN, {"login": "wang.fang", "password": PASSWORD})

    assert client.cookies["sessionid"].value != before
    assert not SessionStore().exists(before)


# --- the list on one's own page ------------------------------------------------------------------


def test_i_see_where_i_am_signed_in_and_by_what(wang):
    here = signed_in(
        wang, headers={"User-Agent": "Mozilla (Windows NT) Firefox/130"}, REMOTE_ADDR="10.20.30.40"
    )
    there = signed_in(
        wang, headers={"User-Agent": "Mozilla (Linux; Android) Chrome/9"}, REMOTE_ADDR="10.9.9.9"
    )
    there.get(ME)
    here.get(ME)

    page = here.get(reverse("accounts:me")).content.decode()

    assert "Firefox · Windows" in page
    assert "Chrome · Android" in page
    assert "10.20.30.x" in page
    assert "10.20.30.40" not in page
    assert page.count("this one") == 1
    assert page.count("Sign out there") == 1


def test_ended_and_idle_sessions_are_not_in_the_list(wang):
    here, there = signed_in(wang), signed_in(wang)
    rest(there, IDLE + 1)

    page = here.get(reverse("accounts:me"))

    assert [one.pk for one in page.context["sessions"]] == [key_of(here)]


def test_i_end_one_session_with_its_next_request(wang):
    here, there = signed_in(wang), signed_in(wang)
    other = BrowserSession.objects.get(pk=key_of(there))

    response = here.post(reverse("accounts:session_end", args=[other.public_id]))

    assert response["Location"] == reverse("accounts:me")
    assert is_out(there)
    assert not is_out(here)
    assert AuditEvent.objects.get(event="user.sessions_ended").actor_id == wang.pk


def test_i_end_all_the_others(wang):
    here, others = signed_in(wang), [signed_in(wang) for _ in range(3)]

    here.post(reverse("accounts:sessions_end_others"))

    assert [is_out(one) for one in others] == [True] * 3
    assert not is_out(here)


def test_nobody_ends_anybody_else_s(wang):
    somebody = signed_in(factories.make_user("li.na"))
    theirs = BrowserSession.objects.get(pk=key_of(somebody))
    here = signed_in(wang)

    assert here.post(reverse("accounts:session_end", args=[theirs.public_id])).status_code == 404
    here.post(reverse("accounts:sessions_end_others"))

    assert not is_out(somebody)


def test_a_new_password_ends_the_other_sessions_at_once(wang):
    here, there = signed_in(wang), signed_in(wang)

    services.set_password(
        user=wang, password="three calm herons", by=wang, keep_session=here.cookies["sessionid"].value
    )

    assert list(BrowserSession.objects.values_list("pk", flat=True)) == [key_of(here)]
    assert is_out(there)


def test_the_sweep_forgets_what_has_run_out_and_nothing_else(wang):
    idle, running = signed_in(wang), signed_in(wang)
    rest(idle, IDLE + 1)
    now = timezone.now()
    for days in (1, 181):
        at = now - timedelta(days=days)
        KnownBrowser.objects.create(user=wang, token_hash=str(days), first_seen_at=at, last_used_at=at)

    services.sweep_sessions(now=now)

    assert list(BrowserSession.objects.values_list("pk", flat=True)) == [key_of(running)]
    assert list(KnownBrowser.objects.values_list("token_hash", flat=True)) == ["1"]


def test_a_session_ended_in_the_middle_of_a_request_is_not_brought_back_by_it(wang):
    client = signed_in(wang)
    store = SessionStore(client.cookies["sessionid"].value)
    store["late"] = "x"
    services.end_access(user=wang, by=None)

    with pytest.raises(UpdateError):
        store.save()

    assert not BrowserSession.objects.exists()


def test_time_is_written_at_most_every_half_minute(wang):
    client = signed_in(wang)
    client.get(LEFT)
    before = BrowserSession.objects.get().last_seen_at

    client.get(LEFT)

    assert BrowserSession.objects.get().last_seen_at == before
    rest(client, 31)
    client.get(LEFT)
    assert BrowserSession.objects.get().last_seen_at >= before


# --- the neutral page --------------------------------------------------------------------------------


def test_the_neutral_page_says_nothing_of_the_program_and_leads_back(client, db):
    page = client.get("/hide/")

    text = page.content.decode()
    assert page.status_code == 200
    assert "9 × 9 = 81" in text
    assert "Kiteline" not in text
    assert "<script" not in text
    assert 'href="/"' in text
    assert "no-store" in page["Cache-Control"]


def test_the_frame_offers_it_as_a_plain_link(wang):
    assert '<a class="tool" href="/hide/" data-hide' in signed_in(wang).get(ME).content.decode()
