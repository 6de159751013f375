"""What the quick log unfolds, and where one lands after proving the second factor once more."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from tests import factories
from tests.counselling.test_pages import child_page, new_talk, quick_log


def test_after_the_second_factor_the_page_stands_at_the_entry_that_was_asked_for(
    client, student, lead, counsellor, settings
):
    session = factories.make_session(student, counsellor, sensitivity="restricted")
    client.force_login(lead)
    settings.STEP_UP_SECONDS = -1

    asked = client.get(
        reverse("counselling:talk", args=[session.public_id]),
        headers={
            "HX-Request": "true",
            "HX-Target": f"text-{session.public_id}",
            "HX-Current-URL": f"http://testserver{child_page(student)}?kind=talks",
        },
    )

    back = parse_qs(urlsplit(asked["HX-Redirect"]).query)["next"]
    assert back == [f"{child_page(student)}?kind=talks#text-{session.public_id}"]


@pytest.mark.parametrize(
    ("wrong", "is_open"),
    [({"line": ""}, False), ({"line": "", "facts": "Seen."}, True), ({"happened_at": "x"}, True)],
)
def test_what_is_folded_away_opens_only_when_it_needs_a_look(
    client, homeroom_teacher, student, wrong, is_open
):
    client.force_login(homeroom_teacher)

    response = client.post(new_talk(student), quick_log(**wrong))

    assert response.status_code == 422
    assert ('<details class="depth" open>' in response.content.decode()) is is_open
