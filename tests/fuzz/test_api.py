"""Five thousand generated requests: no error of the server, no answer unlike the description, no foreign row."""

from __future__ import annotations

from collections import defaultdict

from tests.fuzz.sending import Fuzz

REQUESTS = 5_000


def test_five_thousand_generated_requests_are_answered_as_described(fuzz: Fuzz):
    for _round in fuzz.run(REQUESTS, seconds=1_200):
        pass

    tally, answers = fuzz.tally, defaultdict(set)
    for operation, status in tally.answers:
        answers[operation].add(status)
    assert list(tally.failures.values()) == []
    assert tally.requests >= REQUESTS
    # The requests got somewhere: every operation did what it is for, for everybody asked, and refused too.
    labels = {one.label for one in fuzz.operations}
    assert {label for label in labels if not answers[label] & {200, 201, 204}} == set()
    assert {label for label in labels if not answers[label] & {400, 401, 403, 404, 409, 422}} == set()
    assert set(tally.asked) == {(label, sender.who.label) for label in labels for sender in fuzz.senders}
    assert {"pname", "phome", "pwords", "prestricted", "school"} <= tally.met
