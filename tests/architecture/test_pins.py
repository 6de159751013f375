"""Every package is pinned with the hashes of its files, and nothing is installed without them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture import code

BLOCK = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+) \\\n(?P<hashes>(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.M,
)
LEVELS = ("requirements", "requirements-local", "requirements-dev", "requirements-node", "requirements-audit")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, code.ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pins() -> ModuleType:
    return script("pins")


def locked(level: str) -> dict[str, str]:
    text = (code.ROOT / f"{level}.lock").read_text()
    return {found["name"]: found["version"] for found in BLOCK.finditer(text)}


@pytest.mark.parametrize("level", LEVELS)
def test_a_lock_holds_nothing_but_pins_with_hashes(level):
    text = (code.ROOT / f"{level}.lock").read_text()
    comment, _, rest = text.partition("\n")

    assert comment.startswith("# ")
    assert locked(level)
    assert BLOCK.sub("", rest) == ""


@pytest.mark.parametrize("level", LEVELS)
def test_a_lock_holds_what_its_requirements_pin(level, pins):
    wanted = {pins.canonicalize_name(one.name): str(one.specifier) for one in pins.direct(level)}

    assert wanted
    assert {name: f"=={version}" for name, version in locked(level).items() if name in wanted} == wanted


def test_every_requirement_is_pinned_exactly():
    loose = [
        line
        for level in LEVELS
        for line in (code.ROOT / f"{level}.txt").read_text().splitlines()
        if line and not line.startswith(("#", "-r ", "-c ")) and "==" not in line.split("#")[0]
    ]

    assert loose == []


def test_the_locks_hold_all_that_the_packages_need(pins):
    """Made anew from what is installed: a lock that wasn't written after a change differs."""
    wanted = []
    for level in pins.LEVELS:
        wanted += pins.direct(level)
        assert locked(level) == pins.closure(wanted), f"{level}: run `make pins`"


def test_the_constraints_name_the_same_versions(pins):
    lines = (code.ROOT / "constraints.txt").read_text().splitlines()[1:]
    named = dict(line.split("==") for line in lines)

    assert {pins.canonicalize_name(name): version for name, version in named.items()} == locked(
        "requirements-dev"
    )


@pytest.mark.parametrize(
    ("filename", "is_ours"),
    [
        ("brotli-1.2.1.tar.gz", True),
        ("brotli-1.2.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("brotli-1.2.1-cp314-cp314-macosx_11_0_arm64.whl", True),
        ("cryptography-1.2.1-cp39-abi3-musllinux_1_2_aarch64.whl", True),
        ("six-1.2.1-py2.py3-none-any.whl", True),
        ("brotli-1.2.0.tar.gz", False),
        ("brotli-1.2.1-cp310-cp310-manylinux_2_17_x86_64.whl", False),
        ("brotli-1.2.1-cp313-cp313t-manylinux_2_17_x86_64.whl", False),
        ("brotli-1.2.1-cp311-cp311-win_amd64.whl", False),
        ("brotli-1.2.1-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl", False),
        ("brotli-1.2.1.exe", False),
    ],
)
def test_the_files_of_our_machines_are_known(pins, filename, is_ours):
    assert pins.is_ours(filename, "1.2.1") is is_ours


def test_npm_packages_come_from_the_lock_with_their_hashes():
    packages = json.loads((code.ROOT / "package-lock.json").read_text())["packages"]
    ours = packages.pop("")

    assert ours["name"] == "kiteline"
    assert [name for name, one in packages.items() if not one["integrity"].startswith("sha512-")] == []
    assert '"npm", "ci"' in (code.ROOT / "scripts" / "bootstrap.py").read_text()


@pytest.mark.parametrize("place", ["scripts/bootstrap.py", "Dockerfile", "scripts/audit_deps.py"])
def test_nothing_that_we_ship_installs_without_hashes(place):
    """`pip install` stands in three places, and in `make pins`, which is what makes the hashes."""
    text = (code.ROOT / place).read_text()
    installs = re.findall(r"pip\"?,? \"?install", text)

    assert installs
    assert len(re.findall("--require-hashes", text)) >= len(installs)


def test_pip_refuses_a_file_that_is_not_the_one_of_the_lock(tmp_path: Path):
    wheel = tmp_path / "kite_sample-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("kite_sample.py", "")
        archive.writestr(
            "kite_sample-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: kite-sample\nVersion: 1.0\n"
        )
        archive.writestr(
            "kite_sample-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("kite_sample-1.0.dist-info/RECORD", "")
    right = sha256(wheel.read_bytes()).hexdigest()

    assert _installs(tmp_path, right).returncode == 0
    refused = _installs(tmp_path, right[::-1])
    assert refused.returncode != 0
    assert "gave a file that isn't the one we know" in script("bootstrap").explain(
        refused.stderr, "It", "log"
    )


def _installs(folder: Path, digest: str) -> subprocess.CompletedProcess[str]:
    lock = folder / "sample.lock"
    lock.write_text(f"kite-sample==1.0 --hash=sha256:{digest}\n")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(folder)]
    return subprocess.run(
        [*command, "--require-hashes", "--target", str(folder / digest[:4]), "-r", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )


# --- make audit-deps ----------------------------------------------------------------------------


def test_a_lookup_that_answered_nothing_is_no_clean_bill(monkeypatch, capsys):
    """Without a network pip-audit skips every package and says "no known vulnerabilities"."""
    audit = script("audit_deps")
    monkeypatch.setattr(audit, "look_up_python", lambda lock, service: [{"name": "six", "skip_reason": "?"}])

    assert audit.audit_python("requirements-node.lock") == []
    assert "none of 2 packages looked up" in capsys.readouterr().out


def test_a_known_hole_is_told_with_what_mends_it():
    audit = script("audit_deps")
    answer = {"name": "six", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}

    assert audit.python_findings([answer]) == ["six 1.0: PYSEC-1, mended in 1.1"]
    assert audit.npm_findings({"message": "405"}) is None
    assert audit.npm_findings({"vulnerabilities": {}}) == []
    assert audit.npm_findings({"vulnerabilities": {"x": {"severity": "high", "range": "<2"}}}) == [
        "npm x: high, <2"
    ]
