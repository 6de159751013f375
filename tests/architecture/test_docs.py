"""The documents tell the truth where a machine can tell: links, make targets, paths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.code import ROOT, name_of

SKIPPED = {"node_modules", ".venv", "var", ".git", ".pytest_cache"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```.*?^```", re.S | re.M)
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)\b")
PLACEHOLDER = re.compile(r"[<>*…{}]")
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")} | {
    ".ci",
    ".github",
}
MADE_LATER = ("var/", "node_modules/", "static/dist", ".venv", "bench/")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read(ROOT / "Makefile"), re.M))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_relative_links_lead_somewhere(document):
    links = [link.partition("#")[0] for link in LINK.findall(BLOCK.sub("", read(document)))]
    relative = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    broken = [link for link in relative if not (document.parent / link).exists()]

    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_named_make_targets_exist(document):
    text = read(document)
    shown = [*CODE.findall(BLOCK.sub("", text)), *BLOCK.findall(text)]
    named = {target for piece in shown for target in TARGET.findall(piece)}

    assert named - targets() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_named_paths_exist(document):
    """A word in backticks that begins with one of our folders is a path of the repository."""
    words = {word for piece in CODE.findall(BLOCK.sub("", read(document))) for word in piece.split()}
    paths = {word.rstrip("/,.") for word in words if "/" in word and word.split("/")[0] in FOLDERS}
    missing = {
        path
        for path in paths
        if not PLACEHOLDER.search(path) and not path.startswith(MADE_LATER) and not (ROOT / path).exists()
    }

    assert missing == set()


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = read(folder / "README.md")
    decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))

    assert [name for name in decisions if f"({name})" not in index] == []
    assert [int(name[:4]) for name in decisions] == list(range(1, len(decisions) + 1))


def test_the_licence_is_apache_2():
    text = read(ROOT / "LICENSE")

    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
