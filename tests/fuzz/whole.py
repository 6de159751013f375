"""As many requests as `make fuzz` asks this process for (python -m tests.fuzz); what came of it goes into a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.fuzz.sending import Fuzz, Tally


def test_whole(fuzz: Fuzz):
    result = Path(os.environ["FUZZ_RESULT"])
    for tally in fuzz.run(int(os.environ["FUZZ_REQUESTS"]), seconds=float(os.environ["FUZZ_SECONDS"])):
        _write(result, tally)


def _write(result: Path, tally: Tally) -> None:
    found = {"requests": tally.requests, "failed": tally.failed, "failures": tally.failures}
    whole = result.with_suffix(".new")
    whole.write_text(json.dumps(found), encoding="utf-8")
    whole.replace(result)
