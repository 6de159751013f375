"""The figures as bench/results.json keeps them, and as the table of bench/README.md shows them."""

from __future__ import annotations

import json
import os
import platform
import statistics
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.asking import Taken

HERE = Path(__file__).resolve().parent
JSON, README = HERE / "results.json", HERE / "README.md"
BEGIN, END = "<!-- bench: written by `make bench` -->", "<!-- bench: end -->"
FLOORS = ("floor", "inside")
_WORDS = {
    "floor": "floor: one indexed query, small template, no middleware",
    "inside": "the same behind all of Kiteline's middleware",
    "finder": "finder, live (counsellor)",
    "child_page": "child page (class teacher)",
    "quick_log_save": "quick log, saved (class teacher)",
    "class_list": "class list (class teacher)",
    "house_plan": "house plan (warden)",
    "board": "evening board (warden)",
    "district_page": "district page (official)",
}


def figures(taken: Taken) -> dict[str, float | int]:
    times = sorted(taken.ms)
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(times[max(0, int(len(times) * 0.95) - 1)], 2),
        "rps8": round(statistics.median(taken.rps), 1),
        "queries": taken.queries,
        "sql_ms": round(statistics.median(taken.sql_ms), 2),
        "bytes": taken.sent,
    }


def pages(found: dict[int, dict[str, Taken]]) -> dict[str, Any]:
    """Each page at the largest size, its ratio to the floor, its growth from the smallest; `at` has all."""
    small, large = min(found), max(found)
    by_size = {size: {name: figures(taken) for name, taken in pages.items()} for size, pages in found.items()}
    made: dict[str, Any] = {}
    for name, at_large in by_size[large].items():
        made[name] = {
            **at_large,
            "floor_ratio": round(at_large["p50_ms"] / by_size[large]["floor"]["p50_ms"], 2),
            "growth": round(at_large["p50_ms"] / by_size[small][name]["p50_ms"], 2),
            "at": {str(size): by_size[size][name] for size in sorted(by_size)},
        }
    return made


def conditions(sites: dict[int, dict[str, Any]], load: tuple[float, ...], **more: Any) -> dict[str, Any]:
    return {
        "measured_at": datetime.now().astimezone().isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": [round(one, 1) for one in load],
        "sizes": sites,
        **more,
    }


def write(made: dict[str, Any]) -> None:
    JSON.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{markdown(made)}\n{END}{after}", encoding="utf-8")


def markdown(made: dict[str, Any]) -> str:
    """The block of the README: conditions, pages, solvers; the half that was never measured is missing."""
    parts = [_conditions(made["conditions"]), _table(made)] if "pages" in made else []
    return "\n\n".join([*parts, _solvers(made)] if "rota" in made else parts)


def _conditions(known: dict[str, Any]) -> str:
    sizes = "; ".join(
        f"{one['pupils']:,} pupils in {one['schools']} schools (made in {one['made_in_s']:.0f} s)"
        for one in known["sizes"].values()
    )
    said = [
        f"{known['measured_at']}, {known['cores']} cores, Python {known['python']}",
        f"PostgreSQL {known['postgres']}, load {known['load_before'][0]} before. {sizes}",
    ]
    return (
        f"{', '.join(said)}. granian with {known['workers']} workers of {known['threads']} threads as in "
        f"scripts/serve.sh, client on the same machine. {known['requests']} requests a page with one client "
        f"in {known['rounds']} rounds, the sizes in turns; then eight clients for {known['seconds']:g} s. "
        f"Bytes as sent (gzip). Large tables read whole: {_whole(known['read_whole'])}."
    )


def _whole(found: dict[str, list[str]]) -> str:
    return "; ".join(f"{page}: {', '.join(tables)}" for page, tables in found.items()) or "none"


def _table(made: dict[str, Any]) -> str:
    large = max(made["conditions"]["sizes"], key=int)
    small = min(made["conditions"]["sizes"], key=int)
    heads = ["p50 ms", "p95 ms", "req/s, 8 clients", "SQL", "SQL ms", "bytes", "× floor"]
    heads += [f"p50 ms, {int(small):,}", "growth"]
    lines = [f"| page, {int(large):,} pupils | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for name, words in _WORDS.items():
        one = {**made["floors"], **made["pages"]}[name]
        lines.append(
            f"| {words} | {one['p50_ms']:.1f} | {one['p95_ms']:.1f} | {one['rps8']:.0f} | {one['queries']} "
            f"| {one['sql_ms']:.1f} | {one['bytes']:,} | {one['floor_ratio']:.1f} "
            f"| {one['at'][small]['p50_ms']:.1f} | {one['growth']:.2f} |"
        )
    return "\n".join(lines)


def _solvers(made: dict[str, Any]) -> str:
    beds, rota = made["dormitory"], made["rota"]
    lines = ["| solver | found | bar |", "|---|---:|---:|"]
    lines += [
        f"| beds, {size} boarders: penalty / greedy | {beds[f'penalty_ratio_{size}']:.3f} | 0.55 |"
        for size in (300, 1000)
    ]
    lines += [
        f"| beds, {size} boarders: CPU s | {beds[f'cpu_s_{size}']:.1f} | 60 |"
        for size in (300, 1000)
        if f"cpu_s_{size}" in beds
    ]
    lines.append(f"| beds: hard rules broken, {beds['instances']} houses | {beds['hard_violations']} | 0 |")
    lines.append(f"| calls, {rota['pupils']:,} pupils: CPU s | {rota['cpu_s']:.2f} | 2 |")
    lines.append(f"| calls: every tier proven best | {'yes' if rota['optimal'] else 'no'} | yes |")
    return "\n".join(lines)
