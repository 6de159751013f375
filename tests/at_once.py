"""Several pieces of work at the same moment, each in a thread with a connection of its own: real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def at_once(works: Sequence[Callable[[], Any]], refusal: type[Exception]) -> list[Any]:
    """What each returned, or the words of its refusal; anything else that went wrong is raised here.

    For tests with `transactional_db`: inside one transaction nobody would see the others.
    """
    gate = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)
    faults: list[Exception] = []

    def run(place: int) -> None:
        try:
            gate.wait(timeout=20)
            answers[place] = works[place]()
        except refusal as no:
            answers[place] = str(no)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if faults:
        raise faults[0]
    return answers
