"""`make bench`: the pages over HTTP at 10,000 and 100,000 pupils, beside a floor; both solvers; results.json.

`make bench ARGS="--quick"` gives a taste in a few minutes and writes to var/bench/quick.json instead.
`--reuse` takes the districts that a run with `--keep` left; `--only pages|solvers` measures one half and
keeps the other half of bench/results.json.
"""

from __future__ import annotations

import argparse
import json
import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench import asking, dormitory, results, rota, site
from bench.asking import Taken
from bench.site import Site

PORT = 8790


@dataclass(frozen=True)
class Plan:
    """How much is measured: `requests` in all for each page and size, shared out over the rounds."""

    sizes: tuple[int, ...]
    rounds: int
    requests: int
    warm_up: int
    seconds: float
    houses: int
    seeds: tuple[int, ...]


FULL = Plan((10_000, 100_000), 3, 150, 10, 2.0, dormitory.SMALL, (1, 2, 3))
QUICK = Plan((2_000, 6_000), 2, 20, 3, 1.0, 10, (1,))


def main() -> None:
    options = _options()
    plan = QUICK if options.quick else FULL
    made: dict[str, Any] = json.loads(results.JSON.read_text()) if results.JSON.exists() else {}
    load = os.getloadavg()
    if options.only != "solvers":
        made |= _pages(plan, load, keep=options.keep, reuse=options.reuse)
    if options.only != "pages":
        made |= _solvers(plan)
    if options.quick:
        path = site.HOME / "var" / "bench" / "quick.json"
        path.write_text(json.dumps(made, indent=2))
        print(f"{results.markdown(made)}\n\nNot kept; in {path}.")
    else:
        results.write(made)
        print(results.markdown(made))


def _pages(plan: Plan, load: tuple[float, ...], *, keep: bool, reuse: bool) -> dict[str, Any]:
    """The districts made, then asked in turns, so that a loud moment falls on both sizes."""
    sites = [Site(size, PORT + number) for number, size in enumerate(plan.sizes)]
    with ExitStack() as stack:
        for one in sites:
            stack.callback(one.stop)
            one.make(reuse=reuse)
        for one in sites:
            one.start()
        found = _ask(sites, plan)
        read_whole = sites[-1].read_whole()
    if not keep:
        for one in sites:
            one.remove()
    known = {
        str(one.size): {**{key: one.world[key] for key in ("pupils", "schools")}, "made_in_s": one.made_in}
        for one in sites
    }
    every = results.pages(found)
    return {
        "conditions": results.conditions(
            known,
            load,
            postgres=sites[0].world["postgres"],
            workers=site.WORKERS,
            threads=site.THREADS,
            requests=plan.requests,
            rounds=plan.rounds,
            seconds=plan.rounds * plan.seconds,
            read_whole={page: tables for page, tables in read_whole.items() if tables},
        ),
        "floors": {name: every.pop(name) for name in results.FLOORS},
        "pages": every,
    }


def _ask(sites: list[Site], plan: Plan) -> dict[int, dict[str, Taken]]:
    found = {one.size: {act["name"]: Taken() for act in one.world["acts"]} for one in sites}
    for number in range(plan.rounds):
        print(f"round {number + 1} of {plan.rounds}", flush=True)
        for act in range(len(sites[0].world["acts"])):
            for one in sites:
                chosen = one.world["acts"][act]
                taken = found[one.size][chosen["name"]]
                asking.alone(
                    one.port, chosen, taken, requests=plan.requests // plan.rounds, warm_up=plan.warm_up
                )
                asking.together(one.port, chosen, taken, seconds=plan.seconds)
    return found


def _solvers(plan: Plan) -> dict[str, Any]:
    beds = dormitory.report(small=plan.houses)
    return {
        "dormitory": {**beds, "instances": plan.houses + len(dormitory.SIZES)},
        "rota": rota.report(seeds=plan.seeds),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small districts, few requests, nothing kept")
    parser.add_argument("--only", choices=["pages", "solvers"])
    parser.add_argument("--keep", action="store_true", help="leave the districts in var/bench")
    parser.add_argument("--reuse", action="store_true", help="take the districts that --keep left")
    return parser.parse_args()


if __name__ == "__main__":
    main()
