"""Five thousand generated requests: no error of the server, no answer unlike the description, no foreign row."""

from __future__ import annotations

from collections import defaultdict

from tests.fuzz.sending import Fuzz

REQUESTS = 5_000
# What stands in the world isn't at the point where these do something: "not now" is as far as a request comes.
NOT_NOW = {
    *(f"POST /api/v1/bed-plans/{{public_id}}/{verb}/" for verb in ("approve", "change", "undo")),
    *(f"POST /api/v1/leaves/{{public_id}}/{verb}/" for verb in ("out", "back")),
    "POST /api/v1/rolls/{public_id}/close/",
    "POST /api/v1/bed-plans/",  # a generated house rarely waits for a plan, and a bed rarely for this very pupil
    "POST /api/v1/stays/",
}


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
    done = {200, 201, 204}
    assert {label for label in labels - NOT_NOW if not answers[label] & done} == set()
    assert {label for label in NOT_NOW if not answers[label] & (done | {409, 422})} == set()
    assert labels >= NOT_NOW
    assert {label for label in labels if not answers[label] & {400, 401, 403, 404, 409, 422}} == set()
    assert set(tally.asked) == {(label, sender.who.label) for label in labels for sender in fuzz.senders}
    assert {"pname", "phome", "pwords", "school"} <= tally.met
