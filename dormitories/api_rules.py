"""How the API says what a service refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import ValidationError

from core.api.problems import Conflict
from dormitories.services.refusals import RefusedError

MAY_CONFLICT = {"x-conflict": True}


@contextmanager
def rules(**renamed: str) -> Iterator[None]:
    """A field that is wrong is 422, a state of things that forbids it 409.

    `renamed` gives the API's name of a field that the service calls otherwise.
    """
    try:
        yield
    except RefusedError as refusal:
        if refusal.field is None:
            raise Conflict(str(refusal)) from refusal
        name = renamed.get(refusal.field, refusal.field)
        raise ValidationError({name: [str(refusal)]}) from refusal
