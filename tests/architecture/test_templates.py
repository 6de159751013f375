"""Templates: each one compiles, each one that is named exists, each one that exists is named."""

from __future__ import annotations

import ast
import re

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import get_resolver

from tests.architecture import code

FOLDER = code.ROOT / "templates"
TEMPLATES = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in {".html", ".txt"}
)
# Named by Django, allauth or an error handler, not by us.
NAMED_ELSEWHERE = re.compile(r"^(?:\d{3}\w*\.html|account/|allauth/|registration/)")
IN_TEMPLATE = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"']+)["']""")
URL_NAME = re.compile(r"""\{%\s*url\s+["']([\w:-]+)["']""")
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
PAGES = [
    name for name in TEMPLATES if name.endswith(".html") and "/email/" not in name
]  # mail knows no policy
FORBIDDEN = re.compile(r"""<[^>]*\s(?:style|on[a-z]+)\s*=|<style\b|<script(?![^>]*\bsrc=)""", re.I)


def _named_in_python() -> set[str]:
    return {
        node.value
        for path in code.python_files(*code.APPS)
        for node in ast.walk(code.tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[\w/.-]+\.(?:html|txt)", node.value)
    }


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_compiles_and_finds_what_it_includes(name):
    get_template(name)

    for other in IN_TEMPLATE.findall(_read(name)):
        assert (FOLDER / other).exists() or _exists_elsewhere(other), other


def _exists_elsewhere(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def test_every_template_that_code_names_exists():
    missing = {name for name in _named_in_python() if "/" in name and not _exists_elsewhere(name)}

    assert missing == set()


def test_every_template_is_named_somewhere():
    """A page nobody can reach is dead code."""
    named = _named_in_python() | {other for name in TEMPLATES for other in IN_TEMPLATE.findall(_read(name))}
    prefixes = tuple(
        name.rpartition("/")[0] + "/" for name in named if name.startswith(("components/", "schools/email/"))
    )
    forgotten = {
        name
        for name in TEMPLATES
        if name not in named and not NAMED_ELSEWHERE.match(name) and not name.startswith(prefixes)
    }

    assert forgotten == set()


def test_every_url_name_in_a_template_exists():
    known = set(_url_names())
    unknown = {(name, url) for name in TEMPLATES for url in URL_NAME.findall(_read(name)) if url not in known}

    assert unknown == set()


def _url_names(resolver=None, space: str = ""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _url_names(pattern, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}"


@pytest.mark.parametrize("name", PAGES)
def test_the_content_policy_holds_in_the_template(name):
    """No inline script, style or event handler: the browser would refuse it (settings, CSP)."""
    assert FORBIDDEN.findall(TAG.sub("", _read(name))) == []
