"""The topics of a school, as who looks after them sees them."""

from __future__ import annotations

from counselling.models import Topic
from schools.models import School


def all_topics(school: School) -> tuple[list[Topic], list[Topic]]:
    """Those in use, in their order, and those out of use."""
    topics = list(Topic.objects.filter(school=school).order_by("position", "pk"))
    return [one for one in topics if one.is_active], [one for one in topics if not one.is_active]


def lacks_standard(school: School) -> bool:
    """Whether a topic of the standard set was never given to this school."""
    codes = set(Topic.objects.filter(school=school).values_list("code", flat=True))
    return bool({code for code in Topic.Code if code != Topic.Code.OWN} - codes)
