"""No secret in the repository, the image or the compose file; none comes into the image by accident."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.architecture import code

# What a secret looks like. Names of variables, placeholders and samples of tests are none.
LOOKS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "an Alibaba Cloud key": re.compile(r"\bLTAI[0-9A-Za-z]{12,20}\b"),
    "a Tencent Cloud key": re.compile(r"\bAKID[0-9A-Za-z]{32}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})\b"),
    "a GitLab token": re.compile(r"\bglpat-[0-9A-Za-z_-]{20}\b"),
    "a PyPI token": re.compile(r"\bpypi-[0-9A-Za-z_-]{50,}"),
    "an npm token": re.compile(r"\bnpm_[0-9A-Za-z]{36}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a JSON web token": re.compile(r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{15,}"),
    "a password in an address": re.compile(
        r"\b(?:postgres(?:ql)?|redis|amqp|smtps?|https?)://[\w.-]*:(?P<word>[^\s@/:'\"{}$<>]{6,})@", re.I
    ),
    "a secret that is set": re.compile(
        r"\b(?:SECRET_KEY|\w*PASSWORD|\w*_TOKEN|API_KEY)\s*[=:]\s*[\"']?(?P<word>[A-Za-z0-9+/_-]{20,})[\"']?\s*$",
        re.M,
    ),
}
# Words that stand where a secret would, in documents, tests and samples.
NO_SECRETS = {"password", "change-me", "only-for-tests-"}
# The keys of the tests' own world: whoever has them can read the test database.
TESTS_OWN = {"tests/data/keyring.json"}


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=code.ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in done.stdout.split("\0") if name and (code.ROOT / name).is_file()]


def found_in(text: str) -> list[str]:
    return [
        what
        for what, look in LOOKS.items()
        for match in look.finditer(text)
        if match.groupdict().get("word") not in NO_SECRETS
    ]


def test_the_repository_holds_nothing_that_looks_like_a_secret():
    found = {}
    for name in tracked():
        if name == "tests/architecture/test_secrets.py":
            continue
        text = (code.ROOT / name).read_bytes().decode("utf-8", errors="replace")
        if looks := found_in(text):
            found[name] = looks

    assert found == {}


def test_no_file_that_usually_holds_secrets_is_tracked():
    usual = re.compile(
        r"(^|/)(\.env(\.(?!example)\w+)?|\.netrc|\.pypirc|\.npmrc|id_(rsa|ed25519)|[\w.-]*keyring[\w.-]*\.json"
        r"|[\w.-]+\.(pem|key|p12|pfx|jks|kdbx|sqlite3?|dump))$"
    )

    assert {name for name in tracked() if usual.search(name)} <= TESTS_OWN


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-----BEGIN RSA PRIVATE " + "KEY-----", "a private key"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "an AWS key"),
        ("ghp_" + "a1" * 18, "a GitHub token"),
        ("DATABASE_URL=postgresql://kl_app:hunter2hunter2@db/x", "a password in an address"),
        ("SECRET_KEY=" + "k" * 10 + "Zq9" * 15, "a secret that is set"),
        ('EMAIL_HOST_PASSWORD = "abcdefghijklmnopqrstuvwxyz"', "a secret that is set"),
    ],
)
def test_the_scan_sees_what_it_is_for(text, what):
    assert found_in(text) == [what]


@pytest.mark.parametrize(
    "text",
    [
        "DATABASE_URL: postgresql://kl_app:${KL_APP_PASSWORD:?Set it}@db:5432/kiteline",
        "POSTGRES_PASSWORD=",
        'SECRET_KEY = env.text("SECRET_KEY")',
        "https://example.org:8000/a@b",
    ],
)
def test_the_scan_lets_names_and_gaps_be(text):
    assert found_in(text) == []


def test_the_image_is_built_without_a_secret():
    """ENV and ARG stay in an image for ever; what one RUN sets is gone with it."""
    lines = (code.ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    kept = [line for line in lines if line.startswith(("ENV ", "ARG ", "LABEL "))]

    assert kept
    assert [line for line in kept if re.search(r"SECRET|PASSWORD|TOKEN|KEY|_URL", line)] == []
    assert [line for line in lines if re.match(r"(COPY|ADD)\b.*(\.env|secret|keyring)", line)] == []


def test_what_is_secret_or_only_for_us_stays_out_of_the_image():
    ignored = (code.ROOT / ".dockerignore").read_text().splitlines()

    assert {".git", ".env", ".env.*", "var", "secrets", "tests"} <= set(ignored)


def test_compose_takes_every_secret_from_outside():
    """A secret's variable has no default but the empty one."""
    text = (code.ROOT / "docker-compose.yml").read_text()
    uses = re.findall(r"\$\{(\w*(?:SECRET|PASSWORD)\w*)(:[?-][^}]*)?\}", text)

    assert uses
    assert [name for name, rest in uses if rest.startswith(":-") and rest != ":-"] == []
    assert re.findall(r"(?:SECRET_KEY|PASSWORD)\w*: +[^$\s{][^\n]*", text) == []


def test_the_sample_environment_names_secrets_and_gives_none():
    lines = (code.ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    secret = {name: value for name, value in given.items() if re.search("SECRET|PASSWORD", name)}

    assert secret
    assert set(secret.values()) == {""}
