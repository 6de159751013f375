"""The plans of a school, and whom one leaves out and why."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.models import Call, LeftOut, Rota
from core import pagination
from schools.models import School

PAGE = 30


def recent(school: School, *, cursor: str | None) -> pagination.Page[Rota]:
    """The plans of a school, the newest week first."""
    rotas = Rota.objects.filter(school=school).select_related("made_by")
    return pagination.keyset(rotas, order=["-monday", "-pk"], cursor=cursor, size=PAGE)


def facts_of(rota: Rota) -> list[tuple[str, str]]:
    """What the plan reaches in each tier, in words."""
    tiers = rota.tiers
    if not tiers:
        return []
    return [
        (_("Pupils with a call"), _("%(n)d of %(all)d") % {"n": tiers["pupils"], "all": tiers["wanted"]}),
        (_("Calls"), _("%(n)d in %(all)d places") % {"n": tiers["calls"], "all": tiers["places"]}),
        (_("Families with a further call"), str(tiers["calls"] - tiers["families"])),
        (_("Who goes first"), _("Whoever has waited longest since the last real conversation")),
        (
            _("Proof"),
            _("No plan is better in any of these points")
            if rota.is_optimal
            else _("A good plan; whether it is the best wasn't proven"),
        ),
    ]


def first_day(rota: Rota) -> date:
    """The first day on which the plan has a call; its Monday while it has none."""
    first = Call.objects.filter(rota=rota).order_by("starts_at").values_list("starts_at", flat=True).first()
    return timezone.localdate(first) if first else rota.monday


def left_out(rota: Rota, *, cursor: str | None) -> pagination.Page[LeftOut]:
    """Who has no call, the longest wait first. The state of the row is the reason; its words: `why`."""
    rows = rota.left_out.select_related("student")
    page = pagination.keyset(rows, order=["-waited_days", "pk"], cursor=cursor, size=PAGE)
    for row in page:
        row.why = why(row)  # type: ignore[attr-defined]
    return page


def why(row: LeftOut) -> str:
    """The reason in a sentence, with its numbers; it names nobody else."""
    if row.reason != LeftOut.Reason.TAKEN:
        return row.get_reason_display()
    said = dict(row.params)
    places = ngettext(
        "The %(places)d place that the family could have goes to somebody who goes before them.",
        "All %(places)d places that the family could have go to others who go before them.",
        said["places"],
    )
    parts = [places % said]
    if "least_waited" in said:
        parts.append(
            ngettext(
                "They have waited at least %(least_waited)d day.",
                "They have waited at least %(least_waited)d days.",
                said["least_waited"],
            )
            % said
        )
    if said["larger"]:
        parts.append(_("Families in which several children call at once go first."))
    return " ".join(parts)
