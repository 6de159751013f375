"""Nobody reads of a child by running the system: no admin site, no superuser, no command that prints one."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture import code

# They take a pupil's number or a file that the caller holds, and print counts and what the file says.
WRITE_ABOUT_CHILDREN = {"import_roster", "pair_teacher", "seed_demo", "demo_signins"}


def _modules(resolver: URLResolver) -> set[str]:
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found |= _modules(pattern)
        elif isinstance(pattern, URLPattern):
            found.add(getattr(pattern.callback, "__module__", ""))
    return found


def test_django_s_admin_is_neither_installed_nor_reachable():
    assert not apps.is_installed("django.contrib.admin")
    assert [name for name in _modules(get_resolver()) if name.startswith("django.contrib.admin")] == []


def test_no_person_can_be_a_superuser_or_staff():
    model = get_user_model()

    assert [
        name for name in ("is_superuser", "is_staff", "user_permissions", "groups") if hasattr(model, name)
    ] == []
    assert not hasattr(model.objects, "create_superuser")


def _commands() -> list:
    return [
        path for path in code.python_files(*code.APPS) if "commands" in path.parts and path.stem != "__init__"
    ]


@pytest.mark.parametrize("path", _commands(), ids=lambda path: path.stem)
def test_a_command_of_the_operator_reads_no_child_and_no_entry(path):
    if path.stem in WRITE_ABOUT_CHILDREN:
        assert path.parent.parent.parent.name in {"students", "demo"}
        return
    imported = {
        node.module or "" for node in ast.walk(code.tree_of(path)) if isinstance(node, ast.ImportFrom)
    } | {
        alias.name
        for node in ast.walk(code.tree_of(path))
        if isinstance(node, ast.Import)
        for alias in node.names
    }

    assert [name for name in imported if name.split(".")[0] in {"students", "counselling"}] == []


def test_there_are_commands_to_look_at():
    assert {"close_account", "invite", "verify_audit"} <= {path.stem for path in _commands()}
