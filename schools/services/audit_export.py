"""The audit trail as a file, for the yearly compliance check."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from core import audit, cells
from schools.models import School
from schools.selectors import audit as trail
from schools.selectors.audit import Wanted
from schools.services.errors import RefusedError

MOST_ROWS = 100_000
LONGEST = timedelta(days=366)


@transaction.atomic
def export_events(*, school: School, wanted: Wanted, by: User) -> bytes:
    """The events of at most a year as CSV, oldest first; the download itself becomes an event.

    It holds codes and numbers beside the words, so that another program can count; no child's name is in it.
    Regulation on the Protection of Minors Online art. 37 asks for the yearly check. Raises RefusedError.
    """
    if wanted.since is None or wanted.until is None:
        raise RefusedError(_("Choose the first and the last day of the file."), field="since")
    if wanted.until - wanted.since > LONGEST:
        raise RefusedError(_("A file holds one year at most."), field="until")
    rows = list(trail.events_of(school, wanted).order_by("pk")[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise RefusedError(_("This is more than a file holds. Choose a shorter time."), field="until")
    audit.record(
        "audit.exported",
        by=by,
        school_id=school.pk,
        rows=len(rows),
        kind=wanted.kind,
        since=wanted.since.isoformat(),
        until=wanted.until.isoformat(),
    )
    return cells.write_csv(
        _head(),
        (
            [
                line.event.at,
                line.who,
                line.words,
                line.reason,
                line.event.event,
                line.event.actor_id,
                line.event.subject_id or line.event.target_id,
                line.event.request_id,
            ]
            for line in trail.event_lines(rows)
        ),
    )


def _head() -> list[str]:
    return [
        _("When"),
        _("Who"),
        _("What"),
        _("Reason"),
        pgettext("audit trail", "Code"),
        _("Person's number"),
        pgettext("audit trail", "About"),
        _("Request"),
    ]
