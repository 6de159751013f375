"""Reading our own source, for tests about its shape."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "core", "accounts", "schools", "reminders", "students", "counselling", "dormitories", "calls", "dashboards",
    "demo", "config",
)  # fmt: skip
TREES = (*APPS, "scripts", "tests", "bench")
VIEWS = ("views", "views.py", "api.py", "api", "tasks.py", "tasks")
# Of an app whose API is more than one file.
API_PARTS = re.compile(r"(?:api_\w+|\w+_api)\.py")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def python_files(*trees: str) -> tuple[Path, ...]:
    """Our own Python files; migrations are written by a tool."""
    found = (path for tree in trees or TREES for path in sorted((ROOT / tree).rglob("*.py")))
    return tuple(path for path in found if "migrations" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def outer_files() -> Iterator[Path]:
    """Views, API and tasks: what may only call access, selectors and services."""
    for path in python_files(*APPS):
        if set(path.relative_to(ROOT).parts[1:]) & set(VIEWS) or API_PARTS.fullmatch(path.name):
            yield path
