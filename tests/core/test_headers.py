"""Every answer carries the headers that keep a page to itself, whoever made it (ASVS 5.0.0 V3.4, V14.3.2)."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.roles import Role
from core import views
from core.middleware import BARE_POLICY, HeadersMiddleware
from tests.architecture import world_objects
from tests.architecture.access_matrix import ROWS

HOME = Path(settings.BASE_DIR)
TEMPLATES = sorted((HOME / "templates").rglob("*.html"))
SCRIPT = re.compile(r"<script\b[^>]*>", re.I)
NONCE = re.compile(r'\bnonce="([^"]*)"')


def directives(response) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def is_page(response) -> bool:
    kept = response.get("Content-Disposition", "").startswith("attachment")
    return response.get("Content-Type", "").startswith("text/html") and not kept


def faults(response, *, is_static: bool = False) -> list[str]:
    """What is wrong with the headers of an answer."""
    features = response.get("Permissions-Policy", "")
    wanted = {
        "nosniff": response.get("X-Content-Type-Options") == "nosniff",
        "referrer": response.get("Referrer-Policy") == "same-origin",
        "opener": response.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": response.get("Cross-Origin-Resource-Policy") == "same-origin",
        "frame": response.get("X-Frame-Options") == "DENY",
        "camera": "camera=()" in features and "geolocation=()" in features and "*" not in features,
        "passkeys": "publickey-credentials-get=(self)" in features,
        "cache": is_static or response.get("Cache-Control") == "no-store, private",
        "cors": not [name for name in response.headers if name.lower().startswith("access-control")],
        "charset": "html" not in response.get("Content-Type", "") or "utf-8" in response["Content-Type"],
    }
    return [name for name, holds in wanted.items() if not holds] + policy_faults(response)


def policy_faults(response) -> list[str]:
    policy = response.get("Content-Security-Policy", "")
    if not is_page(response):
        return [] if policy == BARE_POLICY else [f"bare policy: {policy}"]
    found = directives(response)
    wanted = {
        "default-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "style-src": "'self'",
        "form-action": "'self'",
        "require-trusted-types-for": "'script'",
        "report-uri": "/csp-report/",
    }
    wrong = [f"{name}: {found.get(name)}" for name, value in wanted.items() if found.get(name) != value]
    if "unsafe" in policy or "*" in policy or "http" in policy:
        wrong.append(f"loose policy: {policy}")
    return wrong + script_faults(found["script-src"], response.content.decode(errors="replace"))


def script_faults(source: str, body: str) -> list[str]:
    """Each script bears the nonce of the policy, and the policy knows nothing but the nonce."""
    allowed = re.fullmatch(r"(?:'nonce-([A-Za-z0-9+/=]{22,})')?", source)
    nonces = {(NONCE.search(tag) or [None, ""])[1] for tag in SCRIPT.findall(body)}
    if allowed is None or not nonces <= {allowed.group(1)}:
        return [f"scripts {nonces} under {source}"]
    return []


@pytest.fixture
def objects(school, school_class, student, school_admin, homeroom_teacher, counsellor, lead, head_teacher):
    staff = {
        Role.SCHOOL_ADMIN: school_admin,
        Role.HOMEROOM_TEACHER: homeroom_teacher,
        Role.COUNSELLOR: counsellor,
        Role.SAFEGUARDING_LEAD: lead,
        Role.HEAD_TEACHER: head_teacher,
    }
    return world_objects.make(school=school, school_class=school_class, student=student, staff=staff)


@pytest.mark.parametrize("role", [None, "school_admin", "counsellor"])
def test_every_address_answers_with_every_header(role, objects, request):
    """Pages, fragments, files, API answers, refusals and redirects: whatever the role gets."""
    client = Client()
    if role:
        client.force_login(request.getfixturevalue(role))

    wrong = {}
    for row in ROWS:
        response = client.get(reverse(row.name, args=[objects[arg] for arg in row.args]))
        if found := faults(response):
            wrong[f"{row.name} {response.status_code}"] = found

    assert wrong == {}


def test_a_fragment_for_htmx_has_them_too(counsellor, client):
    client.force_login(counsellor)

    response = client.get(reverse("students:finder"), {"q": "w"}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert faults(response) == []


@pytest.mark.parametrize("path", ["dist/app.css", "dist/app.js", "dist/favicon.svg"])
def test_a_static_file_has_them_and_may_be_kept(path, db, settings):
    settings.WHITENOISE_USE_FINDERS = True  # as collected files are served in production

    with closing(Client().get(f"/static/{path}")) as response:
        assert response.status_code == 200
        assert "max-age" in response["Cache-Control"]
        assert faults(response, is_static=True) == []


@pytest.mark.parametrize(
    ("method", "path", "status", "extra"),
    [
        ("get", "/nowhere/", 404, {}),
        ("get", "/static/nothing.js", 404, {}),
        ("get", "/media/roster.xlsx", 404, {}),
        ("get", "/api/v1/nowhere/", 404, {}),
        ("get", "/api/v1/students/", 401, {}),
        ("get", "/children", 301, {}),
        ("put", "/healthz", 405, {}),
        ("get", "/healthz", 400, {"HTTP_HOST": "bad_host!"}),
        ("get", "/accounts/login/", 400, {"HTTP_HOST": "bad_host!"}),
        ("post", "/accounts/login/", 403, {}),
        ("post", "/csp-report/", 413, {"CONTENT_LENGTH": "99999"}),
    ],
)
def test_an_error_has_them(db, method, path, status, extra):
    response = getattr(Client(enforce_csrf_checks=status == 403), method)(path, **extra)

    assert response.status_code == status
    assert faults(response) == []


@pytest.mark.urls("tests.core.broken_urls")
@pytest.mark.parametrize("path", ["/api/v1/broken/", "/broken/"])
def test_a_failure_has_them(counsellor, path):
    client = Client(raise_request_exception=False)
    client.force_login(counsellor)

    response = client.get(path)

    assert response.status_code == 500
    assert faults(response) == []


def test_a_program_in_clear_is_refused_and_a_page_led_to_tls(db, settings):
    settings.SECURE_SSL_REDIRECT = True

    program, page = Client().get("/api/v1/students/"), Client().get("/children/")

    assert (program.status_code, program.json()["code"]) == (403, "tls_needed")
    assert (page.status_code, page["Location"]) == (301, "https://testserver/children/")
    assert faults(program) == []
    assert Client().get("/api/v1/students/", secure=True).status_code == 401


def test_a_nonce_is_used_once(db, client):
    first, second = (directives(client.get("/accounts/login/"))["script-src"] for _ in range(2))

    assert first.startswith("'nonce-")
    assert first != second


def test_a_view_cannot_loosen_them():
    """A view that sets its own comes too late: the outermost layer decides."""

    def careless(request):
        return HttpResponse(
            "{}",
            content_type="application/json",
            headers={"Cache-Control": "public, max-age=9", "Content-Security-Policy": "default-src *"},
        )

    response = HeadersMiddleware(careless)(RequestFactory().get("/somewhere/"))

    assert response["Cache-Control"] == "no-store, private"
    assert response["Content-Security-Policy"] == BARE_POLICY


def test_a_page_that_is_kept_as_a_file_is_no_page():
    def download(request):
        return HttpResponse("<script>", headers={"Content-Disposition": 'attachment; filename="a.html"'})

    response = HeadersMiddleware(download)(RequestFactory().get("/somewhere/"))

    assert response["Content-Security-Policy"] == BARE_POLICY


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.relative_to(HOME / "templates").as_posix())
def test_every_script_in_a_template_bears_the_nonce_of_the_page(page):
    tags = SCRIPT.findall(page.read_text(encoding="utf-8"))

    assert [tag for tag in tags if 'nonce="{{ request.csp_nonce }}"' not in tag] == []


def test_no_cookie_but_the_three_and_none_readable_by_scripts(counsellor, settings):
    settings.SESSION_SAVE_EVERY_REQUEST = True
    client = Client()
    answers = [
        client.get("/accounts/login/"),
        client.post(reverse("accounts:guest_language"), {"language": "en", "theme": "auto"}),
        client.post("/accounts/login/", {"login": counsellor.username, "password": "wrong"}),
    ]
    client.force_login(counsellor)
    answers.append(client.get("/"))

    cookies = {name: cookie for answer in answers for name, cookie in answer.cookies.items()}
    assert set(cookies) == {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
    }
    for name, cookie in cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert not cookie["domain"], name
        assert cookie["path"] == "/", name


# --- what browsers report -----------------------------------------------------------------------


def send(report: object) -> HttpResponse:
    return Client().post("/csp-report/", json.dumps(report), content_type="application/csp-report")


@pytest.fixture(autouse=True)
def _nothing_told_yet():
    views._told.clear()


def test_a_report_is_noted_without_an_address(db, caplog, student):
    secret = f"https://testserver{reverse('students:detail', args=[student.public_id])}?q=王小雨"
    report = {
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?who=王小雨",
        "document-uri": secret,
        "referrer": secret,
        "script-sample": "王小雨",
    }

    answers = [send({"csp-report": report}).status_code for _ in range(3)]

    assert answers == [204, 204, 204]
    assert [record.getMessage() for record in caplog.records if record.name == "core.views"] == [
        "The content policy stopped script-src-elem from evil.example on students:detail"
    ]


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        {},
        {"csp-report": None},
        {"csp-report": {}},
        {"csp-report": {"effective-directive": 1}},
        {"csp-report": {"effective-directive": "a", "blocked-uri": 3, "document-uri": "/"}},
        {"csp-report": {"effective-directive": "a", "blocked-uri": "http://[", "document-uri": "/"}},
    ],
)
def test_a_report_that_makes_no_sense_is_refused(db, report):
    assert send(report).status_code == 400


def test_made_up_reports_cannot_fill_the_log(db, caplog):
    for number in range(210):
        page = {"effective-directive": "img-src\nline", "document-uri": "/nowhere/"}
        send({"csp-report": page | {"blocked-uri": f"https://h{number}.example/"}})

    told = [record.getMessage() for record in caplog.records if record.name == "core.views"]
    assert len(told) == 200
    assert {line.count("\n") for line in told} == {0}
    assert told[0] == "The content policy stopped something from h0.example on no page of ours"


# --- the settings of production -----------------------------------------------------------------


def test_no_system_check_is_silenced():
    assert settings.SILENCED_SYSTEM_CHECKS == []
    call_command("check", fail_level="WARNING")
