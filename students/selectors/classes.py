"""What the school's page may know of pupils: how many, never who."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Count

from students.models import Enrolment


def pupils_by_class(class_ids: Sequence[int], on: date) -> dict[int, int]:
    """The pupils enrolled in each class on a day; a class without any isn't in it."""
    enrolled = Enrolment.objects.active(on).filter(school_class_id__in=class_ids)
    return dict(enrolled.values_list("school_class_id").annotate(Count("pk")))
