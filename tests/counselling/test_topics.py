"""A school's topics: the standard set, its own, their order."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from counselling.models import Topic
from counselling.selectors import talks
from counselling.services import topics
from tests import factories


def home(school) -> str:
    return reverse("counselling:school_topics", args=[school.public_id])


def url(name: str, topic: Topic) -> str:
    return reverse(f"counselling:{name}", args=[topic.public_id])


def codes(school) -> list[str]:
    return [one.code for one in talks.topics_in_use(school.pk)]


@pytest.fixture
def standard(school) -> list[Topic]:
    topics.ensure_standard(school=school, by=None)
    return list(Topic.objects.filter(school=school).order_by("position"))


def test_the_standard_set_comes_whole_in_order_and_in_colour(school, standard):
    assert codes(school) == [
        "family", "missing", "study", "friends", "boarding", "feelings", "health", "safety", "joy",
    ]  # fmt: skip
    assert len({one.colour for one in standard}) == 8
    assert all(one.name and one.guidance for one in standard)


def test_the_standard_set_comes_once_and_leaves_what_the_school_changed(school, standard, lead):
    topics.edit_topic(topic=standard[3], name="Mates", guidance="", colour="sky", by=lead)

    again = topics.ensure_standard(school=school, by=lead)

    assert again == []
    assert Topic.objects.get(pk=standard[3].pk).name == "Mates"
    assert Topic.objects.count() == 9


def test_a_topic_of_the_school_s_own_stands_at_the_end(client, school, standard, lead):
    client.force_login(lead)
    address = reverse("counselling:topic_new", args=[school.public_id])

    response = client.post(address, {"name": "Football", "guidance": "Who plays?", "colour": "moss"})

    assert response["Location"] == home(school)
    assert list(talks.topics_in_use(school.pk))[-1].name == "Football"
    assert AuditEvent.objects.filter(event="topic.added", actor_id=lead.pk).exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 21}, "name"),
        ({"name": "friends"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"guidance": "x" * 301}, "guidance"),
        ({"colour": "ultraviolet"}, "colour"),
    ],
)
def test_a_topic_that_cant_be_is_refused_beside_its_field(client, school, standard, lead, data, field):
    client.force_login(lead)
    address = reverse("counselling:topic_new", args=[school.public_id])

    response = client.post(address, {"name": "Football", "guidance": "", "colour": "moss", **data})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Topic.objects.count() == 9


def test_more_topics_than_anybody_reads_are_refused(school, standard, lead):
    for number in range(topics.MOST_IN_USE - 9):
        topics.add_topic(school=school, name=f"Own {number}", guidance="", colour="teal", by=lead)

    with pytest.raises(topics.TopicRefusedError, match="20 topics"):
        topics.add_topic(school=school, name="One more", guidance="", colour="teal", by=lead)


def test_a_standard_topic_takes_our_words_and_gets_its_own_back(client, school, standard, lead):
    client.force_login(lead)

    client.post(url("topic_edit", standard[0]), {"name": "Home", "guidance": "Ask gently", "colour": "rose"})
    assert (Topic.objects.get(pk=standard[0].pk).name, Topic.objects.get(pk=standard[0].pk).guidance) == (
        "Home",
        "Ask gently",
    )
    client.post(url("topic_edit", standard[0]), {"name": "", "guidance": "", "colour": "rose"})

    assert Topic.objects.get(pk=standard[0].pk).name == "Home and family"


def test_a_topic_of_the_school_s_own_keeps_a_name(client, school, lead):
    own = topics.add_topic(school=school, name="Football", guidance="", colour="teal", by=lead)
    client.force_login(lead)

    response = client.post(url("topic_edit", own), {"name": "", "guidance": "", "colour": "teal"})

    assert "name" in response.context["form"].errors


def test_a_topic_moves_one_place_and_not_past_the_ends(client, school, standard, lead):
    client.force_login(lead)

    client.post(url("topic_move", standard[1]), {"direction": "up"})
    client.post(url("topic_move", standard[1]), {"direction": "up"})
    client.post(url("topic_move", standard[8]), {"direction": "down"})
    client.post(url("topic_move", standard[8]), {"direction": "sideways"})

    assert codes(school)[:3] == ["missing", "family", "study"]
    assert codes(school)[-1] == "joy"


def test_a_topic_out_of_use_leaves_the_chips_and_stays_with_its_talks(
    client, school, standard, lead, student
):
    session = factories.make_session(student, lead)
    session.topics.add(standard[2])
    client.force_login(lead)

    client.post(url("topic_retire", standard[2]))

    assert "study" not in codes(school)
    assert list(session.topics.all()) == [standard[2]]
    client.post(url("topic_restore", standard[2]))
    assert codes(school)[-1] == "study"


def test_the_page_costs_the_same_with_one_topic_and_with_more(client, school, lead):
    topics.add_topic(school=school, name="One", guidance="", colour="teal", by=lead)
    client.force_login(lead)
    client.get(home(school))
    with CaptureQueriesContext(connection) as few:
        client.get(home(school))
    topics.ensure_standard(school=school, by=lead)

    with CaptureQueriesContext(connection) as many:
        client.get(home(school))

    assert len(few) == len(many)


def test_only_who_chooses_topics_here_may_change_them(
    client, school, standard, lead, counsellor, official, stranger
):
    answers = {}
    for user in (lead, counsellor, official, stranger):
        client.force_login(user)
        answers[user.username] = (
            client.get(home(school)).status_code,
            client.post(url("topic_retire", standard[0])).status_code,
        )

    assert answers == {
        "safeguarding_lead": (200, 302),
        "counsellor": (403, 403),
        "official": (403, 404),
        "stranger": (404, 404),
    }


def test_a_lead_next_door_doesnt_find_our_topics(client, other_school, standard):
    theirs = factories.make_user("their_lead")
    factories.make_membership(theirs, "safeguarding_lead", school=other_school)
    client.force_login(theirs)

    assert client.get(url("topic_edit", standard[0])).status_code == 404
    assert client.get(reverse("counselling:topics"))["Location"] == home(other_school)


def test_an_unknown_topic_isnt_found(client, lead):
    client.force_login(lead)

    assert client.get(reverse("counselling:topic_edit", args=[uuid.uuid4()])).status_code == 404


def test_an_empty_school_is_offered_the_standard_set(client, school, lead):
    client.force_login(lead)
    assert "Bring the standard topics" in client.get(home(school)).content.decode()

    client.post(reverse("counselling:topics_standard", args=[school.public_id]))

    content = client.get(home(school)).content.decode()
    assert "Bring the standard topics" not in content
    assert "Missing parents" in content
