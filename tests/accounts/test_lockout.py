"""Wrong tries: how many somebody has, that nobody locks another out with them, and what they learn."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import browsers, guard, services
from accounts.models import KnownBrowser, User
from core.models import AuditEvent, RateCount
from reminders.models import Reminder
from tests import factories
from tests.factories.places import PASSWORD

LOGIN = "/accounts/login/"
SCHOOL, ELSEWHERE = "10.1.1.1", "10.9.9.9"
COOKIE = "kl_browser"


@pytest.fixture
def wang(db) -> User:
    return factories.make_user("wang.fang", phone="13812345678", email="wang@school.test")


def browser(*, address: str = SCHOOL) -> Client:
    return Client(REMOTE_ADDR=address)


def sign_in(client: Client, login: str = "wang.fang", password: str = PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def words(response) -> str:
    return str(response.context["form"].non_field_errors()[0])


def guess(client: Client, times: int, login: str = "wang.fang") -> list[str]:
    return [words(sign_in(client, login, f"wrong {number}")) for number in range(times)]


def known_browser(user: str = "wang.fang", *, address: str = SCHOOL) -> Client:
    """The staff-room computer: somebody has signed in on it before."""
    client = browser(address=address)
    sign_in(client, user)
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    return client


@pytest.fixture
def later(monkeypatch):
    """Let time pass."""

    def _later(**span):
        moment = timezone.now() + timedelta(**span)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return _later


def test_the_sixth_wrong_try_waits_and_says_until_when(wang, later):
    client = browser()
    assert set(guess(client, 5)) == {"The name or the password isn't right."}

    sixth = sign_in(client)

    until = timezone.localtime(timezone.now() + timedelta(seconds=60))
    minutes = {(until + timedelta(minutes=extra)).strftime("%H:%M") for extra in (0, 1)}
    assert words(sixth).startswith("Too many wrong tries. Try again after ")
    assert any(minute in words(sixth) for minute in minutes)
    assert not is_signed_in(client)
    later(seconds=61)
    sign_in(client)
    assert is_signed_in(client)


def test_after_the_wait_one_wrong_try_makes_the_next_wait_longer(wang, later):
    client = browser()
    guess(client, 5)
    later(seconds=61)
    guess(client, 1)

    later(seconds=61)
    assert "Too many" in words(sign_in(client))
    later(seconds=121)
    sign_in(client)

    assert is_signed_in(client)


def test_another_spelling_of_the_name_gives_no_further_tries(wang):
    client = browser()
    for spelling in ("13812345678", "138 12345678", "1381234 5678", "wang.fang", "wang@school.test"):
        sign_in(client, spelling, "wrong")

    assert "Too many" in words(sign_in(client, "+8613812345678"))


def test_one_person_s_mistakes_hinder_nobody_else_at_the_school_s_one_address(wang):
    factories.make_user("li.na")
    careless, colleague = browser(), browser()
    guess(careless, 100)

    sign_in(colleague, "li.na")

    assert is_signed_in(colleague)


def test_right_answers_use_up_nothing_of_the_school_s_address(wang, monkeypatch):
    monkeypatch.setattr(guard, "ADDRESS", guard.Window(3, 300))
    for number in range(6):
        factories.make_user(f"teacher{number}")
        client = browser()
        sign_in(client, f"teacher{number}")
        assert is_signed_in(client)


def test_one_address_can_not_try_a_password_at_everybody(wang, monkeypatch):
    monkeypatch.setattr(guard, "ADDRESS", guard.Window(3, 300))
    attacker = browser(address=ELSEWHERE)
    for name in ("a", "b", "c"):
        guess(attacker, 1, name)

    assert "Too many" in words(sign_in(attacker))
    assert is_signed_in_after(browser(address=SCHOOL))


def is_signed_in_after(client: Client) -> bool:
    sign_in(client)
    return is_signed_in(client)


def test_an_attacker_elsewhere_never_locks_the_staff_room_browser_out(wang):
    staff_room = known_browser()
    for number in range(40):
        guess(browser(address=f"10.9.0.{number}"), 6)

    assert "Too many" in words(sign_in(browser(address=ELSEWHERE)))
    assert is_signed_in_after(staff_room)


def test_nor_does_one_at_the_same_address(wang):
    staff_room = known_browser()
    guess(browser(), 100)

    assert is_signed_in_after(staff_room)


def test_many_addresses_together_are_slowed_down(wang, later):
    allowed = [
        words(sign_in(browser(address=f"10.9.0.{number}"), "wang.fang", "wrong")) for number in range(40)
    ]

    assert sum("isn't right" in one for one in allowed) == guard.WIDE.free
    later(seconds=31)
    assert "isn't right" in words(sign_in(browser(address="10.9.1.1"), "wang.fang", "wrong"))
    assert "Too many" in words(sign_in(browser(address="10.9.1.2"), "wang.fang", "wrong"))


def test_the_known_browser_has_a_count_of_its_own_that_ends_too(wang):
    staff_room = known_browser()

    refused = guess(staff_room, guard.OWN.free + 1)

    assert all("isn't right" in one for one in refused[:-1])
    assert "Too many" in refused[-1]


def test_a_browser_is_known_to_those_who_signed_in_on_it_alone(wang):
    factories.make_user("li.na")
    staff_room = known_browser("wang.fang")
    guess(staff_room, 6, "li.na")

    assert "Too many" in words(sign_in(staff_room, "li.na"))
    assert is_signed_in_after(staff_room)


def test_the_cookie_says_nothing_can_not_be_read_by_scripts_and_is_hashed_in_the_database(wang):
    client = browser()
    sign_in(client)

    cookie = client.cookies[COOKIE]
    kept = KnownBrowser.objects.get(user=wang)
    token = signing.Signer(salt="accounts.browsers").unsign(cookie.value)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] == browsers.MAX_AGE
    assert "wang" not in cookie.value
    assert str(wang.pk) not in token.split("_")
    assert kept.token_hash not in cookie.value
    assert token not in kept.token_hash


def test_colleagues_at_one_computer_share_its_cookie(wang):
    factories.make_user("li.na")
    client = known_browser("wang.fang")
    before = client.cookies[COOKIE].value
    sign_in(client, "li.na")

    assert client.cookies[COOKIE].value == before
    assert KnownBrowser.objects.values("token_hash").distinct().count() == 1


@pytest.mark.parametrize("value", ["", "x", "a:b", "é"])
def test_a_made_up_cookie_makes_no_browser_known(wang, value):
    client = browser()
    client.cookies[COOKIE] = value

    guess(client, 5)

    assert "Too many" in words(sign_in(client))


def test_under_tls_the_cookie_is_secure_and_no_other_host_can_plant_it(wang, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = Client(REMOTE_ADDR=SCHOOL)

    client.post(LOGIN, {"login": "wang.fang", "password": PASSWORD}, secure=True)

    assert client.cookies["__Host-kl_browser"]["secure"] is True
    assert client.cookies["__Host-kl_browser"]["path"] == "/"


def test_a_new_password_makes_every_browser_a_stranger(wang):
    staff_room = known_browser()
    services.set_password(user=wang, password="three calm herons", by=wang)
    guess(browser(), 5)

    assert "Too many" in words(sign_in(staff_room, "wang.fang", "three calm herons"))


def test_known_and_unknown_names_are_refused_alike_at_the_same_cost(wang):
    said, costs = [], []
    for login in ("wang.fang", "nobody.at.all"):
        client = browser(address=f"10.3.3.{len(said)}")
        with CaptureQueriesContext(connection) as caught:
            answers = guess(client, 7, login)
        said.append([answer.partition("after")[0] for answer in answers])
        costs.append(len(caught))

    assert said[0] == said[1]
    assert costs[0] == costs[1]


def test_a_failed_try_is_written_down_without_what_was_typed(wang):
    client = browser()
    sign_in(client, "wang.fang", "my secret cat")
    sign_in(client, "my other secret", "x")

    events = AuditEvent.objects.filter(event="user.sign_in_failed").order_by("pk")
    assert [event.target_id for event in events] == [str(wang.public_id), ""]
    assert "secret" not in str(list(AuditEvent.objects.values()))


def test_that_somebody_is_slowed_down_is_written_down_once_a_wait(wang):
    guess(browser(), 30)

    assert AuditEvent.objects.filter(event="user.sign_in_slowed").count() == 1
    assert AuditEvent.objects.filter(event="user.sign_in_failed").count() == 5


def test_a_form_without_a_password_counts_as_no_try(wang):
    client = browser()
    for _try in range(20):
        client.post(LOGIN, {"login": "wang.fang", "password": ""})

    assert is_signed_in_after(client)


def test_signing_in_by_a_new_browser_tells_the_person_by_category_and_link_only(
    counsellor, django_capture_on_commit_callbacks
):
    counsellor.set_password(PASSWORD)
    counsellor.save()
    for address in (SCHOOL, ELSEWHERE):
        sign_in(browser(address=address), counsellor.username)

    told = Reminder.objects.filter(recipient=counsellor, category="new_browser", channel="bell")
    assert [one.url_path for one in told] == ["/me/"]
    assert ELSEWHERE not in str(told.values())


def test_the_first_browser_of_all_and_a_known_one_tell_nothing(counsellor):
    counsellor.set_password(PASSWORD)
    counsellor.save()
    client = browser()
    for _time in range(2):
        sign_in(client, counsellor.username)
        client.post(reverse("account_logout"))

    assert not Reminder.objects.exists()


def test_one_s_own_password_asked_for_again_can_not_be_guessed_at_an_open_session(client, wang, settings):
    settings.PAGE_RATES = {}
    client.force_login(wang)
    url = reverse("accounts:issue_token")
    answers = [client.post(url, {"password": f"wrong {number}"}) for number in range(6)]

    refused = [str(one.context["token_form"].errors["password"][0]) for one in answers]

    assert refused[:5] == ["This isn't your present password."] * 5
    assert refused[5].startswith("Too many wrong tries.")


def test_a_request_that_breaks_is_counted_all_the_same(wang, monkeypatch):
    """The count is written before the request's transaction: rolling that back gives no try back."""

    def broken(*args, **kwargs):
        raise RuntimeError("broken after the password was looked at")

    monkeypatch.setattr("accounts.adapter.InvitedOnlyAdapter.authentication_failed", broken)
    client = Client(REMOTE_ADDR=SCHOOL, raise_request_exception=False)
    codes = [sign_in(client, "wang.fang", "wrong").status_code for _try in range(5)]

    assert codes == [500] * 5
    assert "Too many" in words(sign_in(client))


def test_the_table_of_counts_names_nobody(wang):
    guess(browser(address=ELSEWHERE), 3)

    text = str(list(RateCount.objects.values()))
    assert RateCount.objects.count() >= 3
    assert "wang" not in text
    assert ELSEWHERE not in text


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/130.0 Safari/537", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537 Edg/130", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/99 Mobile MicroMessenger/8", "WeChat · Android"),
        ("Mozilla/5.0 (iPhone; CPU) Version/17 Safari/604", "Safari · iPhone"),
        ("curl/8", "?"),
        ("", "?"),
    ],
)
def test_a_browser_is_called_by_what_people_recognise(agent, kind):
    assert browsers.kind_of(RequestFactory().get("/", HTTP_USER_AGENT=agent)) == kind


@pytest.mark.parametrize(
    ("address", "place"),
    [("10.20.30.40", "10.20.30.x"), ("2001:db8:1:2::/64", "2001:0db8:0001::"), ("", ""), ("?", "")],
)
def test_an_address_is_shown_without_its_last_part(address, place):
    assert browsers.place_of(address) == place


def test_without_the_middleware_nobody_can_guess(wang):
    from django.core.exceptions import ImproperlyConfigured

    from accounts.adapter import InvitedOnlyAdapter

    nobody = SimpleNamespace(user=SimpleNamespace(is_authenticated=False))

    with pytest.raises(ImproperlyConfigured):
        InvitedOnlyAdapter().authenticate(nobody, username="wang.fang", password=PASSWORD)
