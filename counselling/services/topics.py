"""A school's topics: the standard set, and what the school makes of it.

Topics are never deleted, since entries point at them: one goes out of use and can come back.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from counselling.models import Topic
from schools.models import School

# Few categories are used well, many are guessed at (KCSIE 2025, para. 107 ff.: themes, not codes).
MOST_IN_USE = 20

_STANDARD = (
    (Topic.Code.FAMILY, Topic.Colour.CLAY),
    (Topic.Code.MISSING, Topic.Colour.INDIGO),
    (Topic.Code.STUDY, Topic.Colour.SKY),
    (Topic.Code.FRIENDS, Topic.Colour.MOSS),
    (Topic.Code.BOARDING, Topic.Colour.TEAL),
    (Topic.Code.FEELINGS, Topic.Colour.PLUM),
    (Topic.Code.HEALTH, Topic.Colour.OCHRE),
    (Topic.Code.SAFETY, Topic.Colour.ROSE),
    (Topic.Code.JOY, Topic.Colour.MOSS),
)


class TopicRefusedError(Exception):
    """A rule refuses the change. The message may be shown; `field` is the form field it belongs to."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def ensure_standard(*, school: School, by: User | None) -> list[Topic]:
    """Give the school the standard topics it lacks, in order and colour; what it changed stays."""
    _lock(school)
    known = set(Topic.objects.filter(school=school).values_list("code", flat=True))
    start = _last_position(school)
    missing = [(code, colour) for code, colour in _STANDARD if code not in known]
    made = Topic.objects.bulk_create(
        Topic(school=school, code=code, colour=colour, position=start + step)
        for step, (code, colour) in enumerate(missing, start=1)
    )
    if made:
        audit.record("topics.standard_added", by=by, school_id=school.pk, count=len(made))
    return made


@transaction.atomic
def add_topic(*, school: School, name: str, guidance: str, colour: str, by: User) -> Topic:
    """A topic of the school's own, at the end. Raises TopicRefusedError."""
    _lock(school)
    _check_room(school)
    _check_name(school, name, besides=None)
    topic = Topic.objects.create(
        school=school,
        code=Topic.Code.OWN,
        own_name=name,
        own_guidance=guidance,
        colour=colour,
        position=_last_position(school) + 1,
    )
    audit.record("topic.added", by=by, target=topic)
    return topic


@transaction.atomic
def edit_topic(*, topic: Topic, name: str, guidance: str, colour: str, by: User) -> Topic:
    """Rename a topic or change its guidance; a standard topic left empty speaks its standard words.

    Entries keep their topic, so an old talk shows the new name. Raises TopicRefusedError.
    """
    _lock(topic.school)
    if topic.code == Topic.Code.OWN and not name:
        raise TopicRefusedError(_("A topic of your own needs a name."), "name")
    _check_name(topic.school, name, besides=topic)
    topic.own_name, topic.own_guidance, topic.colour = name, guidance, colour
    topic.save(update_fields=["own_name", "own_guidance", "colour"])
    audit.record("topic.edited", by=by, target=topic)
    return topic


@transaction.atomic
def move_topic(*, topic: Topic, up: bool, by: User) -> None:
    """One place up or down among the topics in use; at the end nothing happens."""
    _lock(topic.school)
    order = list(Topic.objects.filter(school=topic.school, is_active=True).order_by("position", "pk"))
    place = next((n for n, one in enumerate(order) if one.pk == topic.pk), None)
    if place is None:
        return
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, one in enumerate(order, start=1):
        one.position = position
    Topic.objects.bulk_update(order, ["position"])
    audit.record("topic.moved", by=by, target=topic, position=other + 1)


@transaction.atomic
def set_in_use(*, topic: Topic, in_use: bool, by: User) -> None:
    """Take a topic out of use, or bring it back at the end. Entries that have it keep it.

    Raises TopicRefusedError when too many would be in use.
    """
    _lock(topic.school)
    if in_use:
        _check_room(topic.school)
        topic.position = _last_position(topic.school) + 1
    topic.is_active = in_use
    topic.save(update_fields=["is_active", "position"])
    audit.record("topic.in_use" if in_use else "topic.out_of_use", by=by, target=topic)


def _lock(school: School) -> None:
    School.objects.select_for_update().get(pk=school.pk)


def _last_position(school: School) -> int:
    highest = Topic.objects.filter(school=school).aggregate(highest=Max("position"))["highest"]
    return int(highest or 0)


def _check_room(school: School) -> None:
    if Topic.objects.filter(school=school, is_active=True).count() >= MOST_IN_USE:
        raise TopicRefusedError(
            _("%(n)d topics are in use; more than that nobody reads. Take one out of use first.")
            % {"n": MOST_IN_USE}
        )


def _check_name(school: School, name: str, *, besides: Topic | None) -> None:
    if not name:
        return
    others = [one for one in Topic.objects.filter(school=school) if one != besides]
    if any(other.name.casefold() == name.casefold() for other in others):
        raise TopicRefusedError(_("There is a topic of this name already."), "name")
