"""The shape of the code: small files, small functions, and rules where docs/architecture.md puts them."""

from __future__ import annotations

import ast
import re

from django.apps import apps
from django.db import models
from django.utils.module_loading import import_string

from tests.architecture import code

LONGEST_FILE = 400
LONGEST_FUNCTION = 40


def test_no_file_is_longer_than_a_person_reads_in_one_go():
    long = {
        code.name_of(path): lines
        for path in code.python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{code.name_of(path)}:{function.name}": lines
        for path in code.python_files()
        for function in code.functions(path)
        if (lines := _lines(function)) > LONGEST_FUNCTION
    }

    assert long == {}


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long it is without its docstring: explaining a rule must never cost a line."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_views_api_and_tasks_never_query_by_themselves():
    queries = [
        f"{code.name_of(path)}:{node.lineno}"
        for path in code.outer_files()
        for node in ast.walk(code.tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]

    assert list(code.outer_files()) != []
    assert queries == []


def test_no_model_hides_rules_in_save_or_delete():
    hidden = [
        f"{model._meta.label}.{name}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in code.APPS
        for name in ("save", "delete", "full_clean")
        for owner in model.__mro__
        if name in vars(owner) and owner.__module__.split(".")[0] in code.APPS
    ]

    assert hidden == []


def test_signals_are_only_the_documented_ones():
    """A rule behind `post_save` is one that nobody finds: services say what they do."""
    receivers = [
        code.name_of(path)
        for path in code.python_files(*code.APPS)
        if re.search(
            r"\b(?:pre|post)_(?:save|delete|init)\b|\bm2m_changed\b", path.read_text(encoding="utf-8")
        )
    ]

    assert receivers == []


def _started_tasks() -> dict[str, str]:
    """Dotted paths given to core.queue.after_commit, by the place that gives them."""
    started = {}
    for path in code.python_files(*code.APPS):
        for node in ast.walk(code.tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "after_commit" and node.args:
                where = f"{code.name_of(path)}:{node.lineno}"
                started[where] = ast.literal_eval(node.args[0]) if _is_text(node.args[0]) else ""
    return started


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_tasks_are_named_in_full_and_exist():
    started = _started_tasks()
    broken = {where: name for where, name in started.items() if not name or not _is_task(name)}

    assert started != {}
    assert broken == {}


def _is_task(dotted: str) -> bool:
    try:
        return callable(getattr(import_string(dotted), "apply_async", None))
    except ImportError:
        return False


def test_tasks_are_started_by_name_only():
    """Services import no tasks, and nothing reaches the broker before the commit (core/queue.py)."""
    direct = [
        f"{code.name_of(path)}:{node.lineno}"
        for path in code.python_files(*code.APPS)
        if code.name_of(path) != "core/queue.py"
        for node in ast.walk(code.tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"delay", "apply_async", "send_task"}
    ]

    assert direct == []


def test_only_the_edges_read_the_clock():
    """Services, selectors and access take `on=` or `now=`, so that a test can choose the day."""
    clock = {"now", "localdate", "localtime", "today", "utcnow"}
    readers = [
        f"{code.name_of(path)}:{node.lineno}"
        for path in code.python_files("schools", "students", "counselling", "reminders")
        if {"services", "services.py", "selectors", "selectors.py", "access.py"} & set(path.parts)
        for node in ast.walk(code.tree_of(path))
        if isinstance(node, ast.Call) and not node.args and not node.keywords
        if isinstance(node.func, ast.Attribute) and node.func.attr in clock
        if getattr(node.func.value, "id", "") in {"timezone", "datetime", "date"}
    ]

    assert readers == []


def test_every_model_says_what_it_is():
    """Django writes a docstring of its own where there is none: `Name(id, …)`."""
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.split(".")[0] in code.APPS
        if (model.__doc__ or "").startswith(f"{model.__name__}(")
    ]

    assert silent == []


def test_no_model_hides_rows_behind_its_default_manager():
    """Ending is a state that queries name; a hidden row is one that nobody accounts for."""
    hiding = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.split(".")[0] in code.APPS
        if type(model._default_manager).get_queryset is not models.Manager.get_queryset
    ]

    assert hiding == []
