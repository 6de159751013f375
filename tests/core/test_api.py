"""What holds for the whole API: sign-in, problems, bodies from hostile hands, throttling, the description."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api.docs import operations
from core.api.parsers import MAX_BYTES
from tests import factories
from tests.api_client import PROBLEM, ROOT, as_person, as_program, post

# --- signing in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", [None, "Token", "Token wrong", "Token \xff\x00 b", "Token \xff\x00", "Basic x"]
)
def test_whoever_is_signed_out_hears_401_and_how_to_sign_in(db, sent):
    response = Client(headers={"Authorization": sent} if sent else {}).get(f"{ROOT}/students/")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response["Content-Type"] == PROBLEM
    assert response.json()["code"] == "not_signed_in"


def test_a_token_signs_a_program_in_and_leaves_nothing_in_a_cache(counsellor):
    response = as_program(counsellor).get(f"{ROOT}/students/")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_a_session_needs_its_csrf_token_to_write_and_a_token_does_not(counsellor):
    by_session = post(as_person(counsellor, enforce_csrf_checks=True), "/sessions/")
    by_token = post(as_program(counsellor), "/sessions/")

    assert by_session.status_code == 403
    assert "X-CSRFToken" in by_session.json()["detail"]
    assert by_token.status_code == 422


def test_no_password_is_taken_in_exchange_for_a_token(counsellor):
    login = {"username": counsellor.username, "password": factories.places.PASSWORD}

    response = Client().post(f"{ROOT}/token/", login, content_type="application/json")

    assert response.status_code == 401
    assert "token" not in response.json()


# --- problems -----------------------------------------------------------------------------------


def test_a_problem_has_the_members_of_rfc_9457_and_no_query(counsellor):
    response = as_person(counsellor).get(f"{ROOT}/students/{uuid.uuid4()}/?name=王小雨")

    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code"}
    assert problem["status"] == 404
    assert problem["type"].endswith("/api/v1/docs/#problem-not_found")
    assert "王小雨" not in response.content.decode()
    assert problem["instance"].endswith("/")


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/nothing/", "/api/v1/students/12/", "/api/v1/students", "/api/v2/"]
)
def test_an_unknown_address_is_a_problem_and_never_a_page(counsellor, path):
    response = as_person(counsellor).get(path)

    assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)


def test_a_page_that_is_not_there_stays_a_page(counsellor):
    response = as_person(counsellor).get("/nothing/")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_methods_that_change_or_remove_entries_do_not_exist(counsellor, method):
    response = getattr(as_person(counsellor), method)(f"{ROOT}/sessions/")

    assert (response.status_code, response["Content-Type"]) == (405, PROBLEM)
    assert set(response["Allow"].replace(" ", "").split(",")) == {"GET", "POST", "HEAD"}


def test_only_json_is_spoken_and_read(counsellor):
    client = as_person(counsellor)

    assert client.get(f"{ROOT}/students/", headers={"Accept": "text/html"}).status_code == 406
    for content_type in (
        "text/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ):
        response = client.generic("POST", f"{ROOT}/sessions/", b"a=b", content_type=content_type)
        assert (response.status_code, response["Content-Type"]) == (415, PROBLEM)


@pytest.mark.urls("tests.core.broken_urls")
def test_a_failure_tells_nothing_of_the_inside(counsellor, caplog):
    client = as_person(counsellor, raise_request_exception=False)

    response = client.get("/api/v1/broken/")

    assert (response.status_code, response["Content-Type"]) == (500, PROBLEM)
    assert "secret" not in response.content.decode()
    assert "Runtime" not in response.content.decode()


def test_a_problem_speaks_the_language_of_the_token_s_owner(counsellor):
    counsellor.language = "zh-hans"
    counsellor.save()

    response = as_program(counsellor).get(f"{ROOT}/students/?page_size=x", headers={"Accept-Language": "en"})

    assert response["Content-Language"] == "zh-hans"
    assert "整数" in response.json()["errors"][0]["detail"]


# --- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b'{"line": "\\ud800"}', 400),
        (b'{"mood": NaN}', 400),
        (b'{"mood": ' + b"9" * 5_000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400),
        (b'"' + b"x" * 2_000_000 + b'"', 413),
        (b"x" * (MAX_BYTES + 1), 413),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b'{"line": "a\\u0000b"}', 422),
        (b'{"mood": 1e999}', 400),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_hostile_body_gets_an_answer(counsellor, body, status):
    response = as_person(counsellor).generic(
        "POST", f"{ROOT}/sessions/", body, content_type="application/json"
    )

    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)


@pytest.mark.parametrize("charset", ["base64", "utf-7", "rot13", "bz2", "nothing", "utf-16"])
def test_the_charset_of_the_header_decodes_nothing(counsellor, charset):
    client = as_person(counsellor)
    content_type = f"application/json; charset={charset}"

    written = client.generic("POST", f"{ROOT}/sessions/", b'{"line": ""}', content_type=content_type)
    read = client.generic("GET", f"{ROOT}/students/?boarding=%41", content_type=content_type)

    assert (written.status_code, read.status_code) == (422, 400)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(
        [
            "\x00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31",
            "0001-01-01",
            "2026-11-22",
        ]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_TALK_FIELDS = [
    "student", "client_id", "happened_at", "sensitivity", "mood", "topics", "linked", "line", "facts",
    "child_words", "action", "follow_up_on", "follow_up_note",
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/sessions/", "/sessions/{session}/texts/", "/follow-ups/{follow_up}/move/"]
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_json_makes_a_failure(student, counsellor, path, data):
    session = factories.make_session(student, counsellor)
    follow_up = factories.make_follow_up(session)
    good = {
        "student": str(student.public_id),
        "client_id": str(uuid.uuid4()),
        "happened_at": "2026-11-20T10:00:00+08:00",
        "sensitivity": "school",
        "line": "Fine.",
        "due_on": "2030-01-01",
        "reason": "Because",
    }
    wanted = _TALK_FIELDS if path == "/sessions/" else ["due_on"] if "move" in path else ["line", "reason"]
    body = {name: value for name, value in good.items() if name in wanted}
    odd = data.draw(st.dictionaries(st.sampled_from(wanted) | st.text(max_size=5), _VALUES, max_size=4))
    whole = data.draw(st.just({**body, **odd}) | _VALUES)
    address = path.format(session=session.public_id, follow_up=follow_up.public_id)

    response = post(as_person(counsellor), address, json.dumps(whole))

    assert response.status_code in {200, 201, 400, 404, 409, 422, 429}


def test_a_body_of_invented_names_gets_a_short_answer(counsellor):
    body = {f"n{number}": 1 for number in range(20_000)} | {"x" * 5_000: 1}

    response = post(as_person(counsellor), "/sessions/", body)

    assert response.status_code == 422
    assert len(response.content) < 5_000


# --- lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "cursor=f1",
        "cursor=f" + "0" * 32,
        "cursor=%00",
        "page_size=0",
        "page_size=101",
        "page_size=x",
        "clas=1",
    ],
)
def test_a_query_that_cannot_be_read_is_refused_by_name(counsellor, query):
    response = as_person(counsellor).get(f"{ROOT}/schools/?{query}")

    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)
    assert [error["parameter"] for error in response.json()["errors"]] == [query.partition("=")[0]]


# --- the description ----------------------------------------------------------------------------


def test_the_description_is_valid_and_warns_of_nothing(tmp_path):
    target = tmp_path / "schema.yml"

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))

    assert "openapi: 3." in target.read_text()


@pytest.fixture
def description(counsellor):
    return as_person(counsellor).get(f"{ROOT}/schema/").json()


def test_each_operation_documents_its_problems(description):
    missing = []
    for path, item in description["paths"].items():
        for method, operation in item.items():
            answers = {
                code for code, one in operation["responses"].items() if PROBLEM in one.get("content", {})
            }
            needed = {"401", "403", "406", "429", "500"}
            needed |= {"404"} if "{" in path else set()
            needed |= {"400", "413", "415", "422"} if "requestBody" in operation else set()
            if needed - answers:
                missing.append((method, path, needed - answers))

    assert missing == []
    assert len(description["paths"]) == 50


def test_every_id_in_the_description_is_a_uuid(description):
    kinds = {
        shape["properties"]["id"]["format"]
        for shape in description["components"]["schemas"].values()
        if "id" in shape.get("properties", {})
    }

    assert kinds == {"uuid"}


def test_lists_have_no_place_for_words(description):
    schemas = description["components"]["schemas"]
    words = {"line", "facts", "child_words", "action", "note", "texts", "reason"}

    assert not words & set(schemas["SessionItem"]["properties"])
    assert not words & set(schemas["FollowUpItem"]["properties"])


def test_the_page_for_people_lists_every_operation_and_problem(counsellor, description):
    response = as_person(counsellor).get(reverse("reference_for_programs"))

    page = response.content.decode()
    assert len(operations()) == sum(len(item) for item in description["paths"].values())
    assert [one.name for one in operations() if f'id="{one.name}"' not in page] == []
    assert 'id="problem-conflict"' in page
    assert "Views ask access" not in page  # our own notes


def test_the_description_is_for_signed_in_people(db):
    assert Client().get(f"{ROOT}/schema/").status_code == 401
    assert Client().get(reverse("reference_for_programs")).status_code == 302
