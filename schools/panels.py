"""What schools shows on pages of lower apps: somebody's roles and duties, on their own page."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts import registry
from accounts.models import User
from accounts.roles import NEED_STRONG_FACTOR, ROLES, Role
from core import tenancy
from schools import access, selectors


def _roles(user: User, on: date) -> dict[str, Any]:
    return {"roles": [(one, ROLES[Role(one.role)].sentence) for one in selectors.my_memberships(user, on=on)]}


def _needs_strong_factor(user: User, on: date) -> bool:
    """Asked also at the code step, when nobody is signed in yet: so in a scope of the person's own."""
    with tenancy.acting(user, "second factor"):
        return any(grant.role in NEED_STRONG_FACTOR for grant in access.grants(user, on=on))


def _duties(user: User, on: date) -> dict[str, Any]:
    return {"duties": selectors.my_duties(user, on=on)}


def register() -> None:
    """Called once when the app is ready."""
    registry.ask_for_strong_factor(_needs_strong_factor)
    registry.add_section(registry.Section("schools/_my_roles.html", _roles))
    registry.add_section(registry.Section("schools/_my_duties.html", _duties))
