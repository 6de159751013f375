"""Figures in words, the same on page, paper, API and in files."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.indicators import Indicator, Unit
from dashboards.models.figures import State

SEX = {"male": gettext_lazy("Boys"), "female": gettext_lazy("Girls")}
STAGE = {"primary": gettext_lazy("Primary school"), "junior": gettext_lazy("Junior secondary school")}
BOARDING = {
    "boarder": gettext_lazy("Boarders"),
    "day": gettext_lazy("Day pupils"),
    "not_collected": gettext_lazy("Not collected"),
}
VALUES = {**SEX, **STAGE, **BOARDING}
TABLES = {
    "schools": gettext_lazy("By school"),
    "school": gettext_lazy("All"),
    "school_sex": gettext_lazy("By sex"),
    "school_stage": gettext_lazy("By stage"),
    "school_boarding": gettext_lazy("By boarding"),
    "county": gettext_lazy("The whole area"),
    "county_sex_stage": gettext_lazy("Sex and stage"),
    "county_sex_boarding": gettext_lazy("Sex and boarding"),
    "county_stage_boarding": gettext_lazy("Stage and boarding"),
}


def figure(indicator: Indicator, state: str, value: int | None) -> str:
    """A number with its unit, 'too few', or 'no data': never zero for silence."""
    if state == State.TOO_FEW:
        return _("too few")
    if state != State.SHOWN or value is None:
        return _("no data")
    if indicator.unit is Unit.PER_CENT:
        return _("%(value)s %%") % {"value": value}
    if indicator.unit is Unit.DAYS:
        return ngettext("%(days)s day", "%(days)s days", value) % {
            "days": f"{value}+" if value > 30 else value
        }
    return str(value)


def change(now: int | None, before: int | None) -> str:
    """The difference as shown figures have it; nothing where one of them is hidden."""
    if now is None or before is None:
        return ""
    return "±0" if now == before else f"{now - before:+d}".replace("-", "\N{MINUS SIGN}")


def cell(state: str, value: int | None, *, threshold: int) -> str:
    """A published number: 'fewer than 10' where it is small, none included."""
    if state == "fewer":
        return _("fewer than %(threshold)s") % {"threshold": threshold}
    return _("withheld") if state == "withheld" or value is None else str(value)
