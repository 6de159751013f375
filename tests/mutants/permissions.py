"""Mutants of the first lock: each check that the code makes of who may, taken away where it stands.

Read from the syntax of the access modules, views and API, so that what is added tomorrow is tried too. One is put into
the running program by giving the function another body.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from accounts.permissions import Perm
from accounts.roles import DUTY_RIGHTS, EMERGENCY_RIGHTS, roles_with
from tests.architecture.code import APPS, ROOT

# A right that nearly everybody of the school holds, in the place of the one that is asked for.
WEAKER = {
    "STUDENT": "STUDENT_FIND",
    "TALK": "STUDENT_FIND",
    "EMERGENCY": "STUDENT_FIND",
    "CONCERN": "STUDENT_FIND",
}
LEAST = {"STUDENT_FIND", "SCHOOL_VIEW"}
# Which row is meant, and not who may see it.
IDENTITY = {"public_id", "pk", "starts_on", "number", "on", "name", "school_number"}
# Mutants that change nothing anybody could notice, and why.
EQUIVALENT: dict[str, str] = {
    "schools/access.py:_duties:no `not schools`": "asked about no school, the database answers with nothing, too",
    "schools/access.py:moment_of:no `now is not None`": "None is given back either way",
    "schools/access.py:works_there:no area__isnull=False in Q": "no path begins with a path that isn't there",
    "schools/access.py:Grant.reason:no `self.until is not None`": "a stand-in has a last day: a constraint",
    "counselling/access.py:_unsealed:no `not opened`": "of no pupil, nothing is found, too",
    "counselling/access.py:resolve_pupil_ids:no public_id__in=list(roles) in known.filter": (
        "only pupils that were asked for are taken out of what was found"
    ),
    **dict.fromkeys(
        (
            "counselling/access_concerns.py:reading_reason:no `concern.about_staff_id == user.pk`",
            "counselling/access_concerns.py:readable_concerns:no about_staff=user in e(user, on)).exclude",
            "counselling/access_concerns.py:handled_concerns:no about_staff=user in  on, named)).exclude",
            "counselling/access_concerns.py:visible_concerns:no about_staff=user in  on) | mine).exclude",
            "counselling/access_concerns.py:reported_concerns:no about_staff=user in s(user, on)).exclude",
            "counselling/access_concerns.py:knowing_reason:no `concern.about_staff_id != user.pk`",
        ),
        "nobody is reporter or reader of what is about them: a constraint and a trigger",
    ),
    **dict.fromkeys(
        (
            "counselling/access_concerns.py:_schools:STUDENT_FIND for CONCERN_REPORT",
            "counselling/access_concerns.py:require_reporting:STUDENT_FIND for CONCERN_REPORT",
            "counselling/access_concerns.py:reports_about:no `student.school_id not in _schools(user, on)`",
        ),
        "every role that finds pupils reports, too",
    ),
    "counselling/views/concerns.py:concern_new:no access.require_reporting(request.user, on=on)": (
        "whoever reports nowhere is refused when the form looks for its school"
    ),
    "dashboards/access.py:get_area_or_404:no `not _lies_in(area.path, paths(user, perm, on=on))`": (
        "every page of an area asks for the right that the line above has asked for"
    ),
    **dict.fromkeys(
        (
            f"dashboards/{where}:SCHOOL_VIEW for DISTRICT_VIEW"
            for where in (
                *("access.py:visible_releases", "access.py:get_area_or_404", "views/statistics.py:published"),
                *(f"api.py:{name}View.get" for name in ("Indicators", "Weeks", "Schools", "Releases")),
                *(
                    f"views/district.py:{name}"
                    for name in ("own", "area", "on_paper", "export", "definitions")
                ),
            )
        ),
        "whoever holds one of them in an area holds the other there: tests/dashboards/test_rights.py",
    ),
    "calls/access.py:known_pupils:no pk__in=set(student_ids) in  perm, on=on).filter": (
        "only the pupils of calls are looked up in what was found"
    ),
    "calls/access_board.py:visible_calls:no state=Call.State.PROPOSED in in=pupils))).exclude": (
        "it is asked for planned calls alone (calls.selectors.board.soon)"
    ),
    "dormitories/access_leave.py:reached:no `not students`": "of no pupil, nothing is found, too",
    "dormitories/access_leave.py:reached:no `not school_access.holds(user, perm, on=on)`": (
        "who holds it nowhere reaches nobody, too"
    ),
    "dormitories/access_leave.py:reached:no pk__in=students in  perm, on=on).filter": (
        "only pupils that were asked for are looked up in what was found"
    ),
    "dormitories/access_leave.py:visible_leaves:no pk__in=[] in Q": (
        "an empty Q drops out: there are three rights to be seen by"
    ),
    "students/access.py:_look_up_emergencies:no `not schools`": "asked about no school, nothing is found, too",
    "students/access.py:_reach_filter:no pk__in=[] in Q": "nobody holds a right over pupils by an area",
    "students/access.py:_reach_filter:no pk__in=[] in Q #2": "an empty Q drops out: there is a teacher at least",
    "students/access.py:people_who:no pk__in=[] in Q": "an empty Q drops out: each right is some role's",
    "students/access.py:_membership_reaches:no pk__in=[] in Q": "an area's people aren't among a school's",
    "students/access.py:emergencies_of:no school_id=student.school_id in in_force(now).filter": (
        "a use and its pupil are of one school: a composite key"
    ),
}
REFUSALS = {"None", "False", "frozenset()", "set()", "[]", "{}"}


@dataclass(frozen=True)
class Mutant:
    path: str
    function: str  # qualified name in the module
    line: int
    number: int  # of the node, in the order of ast.walk
    part: int
    kind: str
    what: str
    nth: int = 1  # of those that read alike

    def __str__(self) -> str:
        return f"{self.path} {self.function}: {self.what} [{self.kind}]"

    @property
    def key(self) -> str:
        """Without the line: it stays when something is written above."""
        again = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.path}:{self.function}:{self.what}{again}"


def sources() -> list[Path]:
    return sorted(
        path
        for app in APPS
        for pattern in ("access*.py", "views.py", "views/*.py", "api.py", "api/*.py", "api_*.py", "*_api.py")
        for path in (ROOT / app).glob(pattern)
        if path.name != "__init__.py"
    )


def made() -> list[Mutant]:
    found: list[Mutant] = []
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += list(_of_module(str(path.relative_to(ROOT)), tree))
    seen: Counter[str] = Counter()
    for number, mutant in enumerate(found):
        seen[mutant.key] += 1
        found[number] = replace(mutant, nth=seen[mutant.key])
    return found


def _of_module(path: str, tree: ast.Module) -> Iterator[Mutant]:
    owners = dict(_owners(tree))
    for number, node in enumerate(ast.walk(tree)):
        function = owners.get(node)
        if function is None:
            continue
        for part, (kind, what) in enumerate(_sites(node, is_access="access" in Path(path).name)):
            if not kind:
                continue  # nothing was found: without the check the next line fails on None, and shows nobody anything
            yield Mutant(path, function, node.lineno, number, part, kind, what)  # type: ignore[attr-defined]


def _owners(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each node of a function or method, with the outermost function's qualified name."""
    for top in tree.body:
        inside = top.body if isinstance(top, ast.ClassDef) else [top]
        for one in inside:
            if isinstance(one, ast.FunctionDef):
                name = f"{top.name}.{one.name}" if isinstance(top, ast.ClassDef) else one.name
                for node in ast.walk(one):
                    yield node, name


# --- where a check stands -------------------------------------------------------------------------
def _sites(node: ast.AST, *, is_access: bool) -> list[tuple[str, str]]:
    if isinstance(node, ast.If) and _refuses(node, is_access=is_access):
        return [
            (("guard", f"no `{said}`") if not said.endswith(" is None") else ("", ""))
            for said in map(ast.unparse, _operands(node.test, ast.Or))
        ]
    if isinstance(node, ast.Expr) and _requires(node.value):
        return [("call", f"no {ast.unparse(node.value)}")]
    if isinstance(node, ast.FunctionDef):
        named = [ast.unparse(one) for one in node.decorator_list]
        return [("step-up", "no second factor asked again")] if "step_up.required" in named else []
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Perm" and node.attr not in LEAST:
        return [] if _same_people(node.attr) else [("right", f"{_weaker(node.attr)} for {node.attr}")]
    if is_access and isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return [("condition", f"no `{ast.unparse(part)}`") for part in node.values]
    if is_access and isinstance(node, ast.Call) and _filters(node):
        return [
            ("filter", f"no {ast.unparse(word)} in {ast.unparse(node.func)[-20:]}") for word in _words(node)
        ]
    return []


def _refuses(node: ast.If, *, is_access: bool) -> bool:
    last = node.body[-1]
    if isinstance(last, ast.Raise) and last.exc is not None:
        return any(name in ast.unparse(last.exc) for name in ("Http404", "PermissionDenied"))
    is_empty = isinstance(last, ast.Return) and last.value is not None
    return is_access and is_empty and ast.unparse(last.value) in REFUSALS  # type: ignore[attr-defined]


def _operands(test: ast.expr, kind: type[ast.boolop]) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, kind) else [test]


def _requires(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    name = ast.unparse(value.func).rpartition(".")[2]
    return name.startswith("require_") or name in {"get_student_or_404", "get_school_or_404"}


def _same_people(right: str) -> bool:
    """Whether the weaker right would be asked of the very same people, so that nobody could notice."""
    one, other = Perm[right], Perm[_weaker(right)]
    return roles_with(one) == roles_with(other) and all(
        (one in rights) == (other in rights) for rights in (DUTY_RIGHTS, EMERGENCY_RIGHTS)
    )


def _weaker(right: str) -> str:
    return WEAKER.get(right.partition("_")[0], "SCHOOL_VIEW")


def _filters(node: ast.Call) -> bool:
    name = ast.unparse(node.func).rpartition(".")[2]
    return name in {"filter", "exclude", "Q"}


def _words(node: ast.Call) -> list[ast.keyword]:
    return [word for word in node.keywords if word.arg and word.arg not in IDENTITY]


# --- taking it away -------------------------------------------------------------------------------
def mutated(mutant: Mutant) -> CodeType:
    tree = ast.parse((ROOT / mutant.path).read_text(encoding="utf-8"))
    node: Any = list(ast.walk(tree))[mutant.number]
    if mutant.kind == "guard":
        _replace_operand(node, "test", mutant.part, ast.Or, value=False)
    elif mutant.kind == "call":
        node.value = ast.Constant(None)
    elif mutant.kind == "right":
        node.attr = _weaker(node.attr)
    elif mutant.kind == "condition":
        node.values[mutant.part] = ast.Constant(True)
    elif mutant.kind == "filter":
        node.keywords.remove(_words(node)[mutant.part])
    ast.fix_missing_locations(tree)
    return _code_of(compile(tree, str(ROOT / mutant.path), "exec"), mutant.function)


def _replace_operand(node: Any, name: str, part: int, kind: type[ast.boolop], *, value: bool) -> None:
    test = getattr(node, name)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, kind):
        test.values[part] = ast.Constant(value)
    else:
        setattr(node, name, ast.Constant(value))


def _code_of(module: CodeType, qualified: str) -> CodeType:
    for constant in module.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == qualified:
                return constant
            if qualified.startswith(f"{constant.co_qualname}."):
                return _code_of(constant, qualified)
    raise LookupError(qualified)


def module_of(path: str) -> Any:
    return importlib.import_module(path.removesuffix(".py").replace("/", "."))


def function_of(mutant: Mutant) -> Any:
    owner: Any = module_of(mutant.path)
    for name in mutant.function.split("."):
        owner = inspect.getattr_static(owner, name)
    for inner in ("fget", "func", "__func__"):
        owner = getattr(owner, inner, owner)
    return owner


def _plain(view: Callable[..., Any]) -> Callable[..., Any]:
    def checked(request: Any, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return checked


def _default(mutant: Mutant) -> tuple[str, Any] | None:
    """The keyword whose default names the right that is asked for, and the weaker one: defaults aren't code."""
    nodes = list(ast.walk(ast.parse((ROOT / mutant.path).read_text(encoding="utf-8"))))
    for function in nodes:
        if isinstance(function, ast.FunctionDef):
            pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
            for word, default in pairs:
                if default is nodes[mutant.number]:
                    return word.arg, Perm[_weaker(nodes[mutant.number].attr)]  # type: ignore[attr-defined]
    return None


@contextmanager
def _other_default(function: Any, word: str, value: Any) -> Iterator[None]:
    was = function.__kwdefaults__
    function.__kwdefaults__ = was | {word: value}
    try:
        yield
    finally:
        function.__kwdefaults__ = was


@contextmanager
def standing(mutant: Mutant) -> Iterator[None]:
    """The program with this mutant in it."""
    function = function_of(mutant)
    if (default := _default(mutant)) is not None:
        with _other_default(function, *default):
            yield
        return
    if mutant.kind == "step-up":
        while function.__code__.co_qualname != "required.<locals>.checked":
            function = function.__wrapped__
        other = _plain(function).__code__
    else:
        function, other = inspect.unwrap(function), mutated(mutant)
    was = function.__code__
    assert isinstance(function, FunctionType)
    function.__code__ = other
    try:
        yield
    finally:
        function.__code__ = was
