"""docs/asvs.csv against the list of OWASP ASVS 5.0.0, and against the tests that it names."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import code

STATUSES = {"met", "partly", "not met", "not applicable"}
# The requirements of ASVS 5.0.0 by section, without OAuth and OIDC (V10), WebRTC (V17), GraphQL (4.3) and
# WebSocket (4.4), none of which is here. Source: OWASP/ASVS, 5.0/docs_en, CC BY-SA 4.0.
LEVEL_1 = """
1.2:1,2,3,4,5 1.3:1,2 1.5:1 2.1:1 2.2:1,2 2.3:1 3.2:1,2 3.3:1 3.4:1,2 3.5:1,2,3 4.1:1 5.2:1,2
5.3:1,2 6.1:1 6.2:1,2,3,4,5,6,7,8 6.3:1,2 6.4:1,2 7.2:1,2,3,4 7.4:1,2 8.1:1 8.2:1,2 8.3:1 9.1:1,2,3
9.2:1 11.3:1,2 11.4:1 12.1:1 12.2:1,2 13.4:1 14.2:1 14.3:1 15.1:1 15.2:1 15.3:1
"""
LEVEL_2 = """
1.1:1,2 1.2:6,7,8,9 1.3:3,4,5,6,7,8,9,10,11 1.4:1,2,3 1.5:2 2.1:2,3 2.2:3 2.3:2,3,4 2.4:1 3.3:2,3,4
3.4:3,4,5,6 3.5:4,5 3.7:1,2 4.1:2,3 4.2:1 5.1:1 5.2:3 5.4:1,2,3 6.1:2,3 6.2:9,10,11,12 6.3:3,4
6.4:3,4 6.5:1,2,3,4,5 6.6:1,2,3 6.8:1,2,3,4 7.1:1,2,3 7.3:1,2 7.4:3,4,5 7.5:1,2 7.6:1,2 8.1:2 8.2:3
8.4:1 9.2:2,3,4 11.1:1,2 11.2:1,2,3 11.3:3 11.4:2,3,4 11.5:1 11.6:1 12.1:2,3 12.3:1,2,3,4 13.1:1
13.2:1,2,3,4,5 13.3:1,2 13.4:2,3,4,5 14.1:1,2 14.2:2,3,4 14.3:2,3 15.1:2,3 15.2:2,3 15.3:2,3,4,5,6,7
16.1:1 16.2:1,2,3,4,5 16.3:1,2,3,4 16.4:1,2,3 16.5:1,2,3
"""
CHOSEN_OF_LEVEL_3 = """
1.2:10 2.3:5 3.4:7,8 3.5:7,8 4.1:4 5.2:4,6 5.3:3 6.3:5,7,8 6.4:6 6.5:6 7.5:3 8.1:3 8.3:2,3 13.4:6
14.2:5,6,7,8 16.5:4
"""


def ids(sections: str) -> list[str]:
    """`6.1:1,2` → 6.1.1 and 6.1.2."""
    return [
        f"{section}.{number}"
        for section, _, numbers in (word.partition(":") for word in sections.split())
        for number in numbers.split(",")
    ]


def rows() -> list[dict[str, str]]:
    with (code.ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows()


def evidence(row: dict[str, str]) -> list[str]:
    return [one.strip() for one in row["evidence"].split(" ; ") if one.strip()]


@cache
def _names_of_tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def what_is_missing(one: str) -> str:
    """Nothing when the test or file is there."""
    name, _, test = one.partition("::")
    path = code.ROOT / name
    if not path.exists():
        return f"{name} isn't there"
    if test and test not in _names_of_tests(path):
        return f"{name} has no {test}"
    if name.startswith("tests/") and path.name.startswith("test_") and not test:
        return f"{name}: which test?"
    return ""


def test_the_list_is_the_standards():
    """64 requirements of level 1 and 147 of level 2 that can apply, and 25 of level 3 taken besides."""
    assert [len(ids(one)) for one in (LEVEL_1, LEVEL_2, CHOSEN_OF_LEVEL_3)] == [64, 147, 25]


@pytest.mark.parametrize(("level", "wanted"), [("1", LEVEL_1), ("2", LEVEL_2), ("3", CHOSEN_OF_LEVEL_3)])
def test_every_requirement_of_the_level_stands_there_once(level, wanted):
    found = [row["id"] for row in ROWS if row["level"] == level]

    assert sorted(found) == sorted(ids(wanted))


def test_every_row_has_a_status_and_says_why_it_is_not_met():
    strange = [row["id"] for row in ROWS if row["status"] not in STATUSES or not row["requirement"]]
    silent = [row["id"] for row in ROWS if row["status"] != "met" and not row["note"]]

    assert strange == []
    assert silent == []


def test_a_row_that_is_met_names_a_test_or_file_that_exists():
    bare = [row["id"] for row in ROWS if row["status"] == "met" and not evidence(row)]
    missing = {
        row["id"]: wrong for row in ROWS if (wrong := list(filter(None, map(what_is_missing, evidence(row)))))
    }

    assert bare == []
    assert missing == {}


def test_a_named_test_that_does_not_exist_is_noticed():
    here = "tests/architecture/test_asvs.py"

    assert what_is_missing(f"{here}::test_the_list_is_the_standards") == ""
    assert what_is_missing(f"{here}::test_of_nothing") == f"{here} has no test_of_nothing"
    assert what_is_missing("tests/nowhere.py::test_x") == "tests/nowhere.py isn't there"
    assert what_is_missing(here) == f"{here}: which test?"


def test_the_threat_model_prints_the_counts_of_the_list():
    text = (code.ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    counts = Counter(row["status"] for row in ROWS)
    printed = dict(re.findall(r"^\| (met|partly|not met|not applicable) \| (\d+) \|$", text, re.M))

    assert printed == {status: str(counts[status]) for status in STATUSES}
