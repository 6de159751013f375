"""What schools shows on pages of lower apps: the roles somebody holds, on their own page."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts import registry
from accounts.models import User
from accounts.roles import ROLES, Role
from schools import selectors


def _roles(user: User, on: date) -> dict[str, Any]:
    return {"roles": [(one, ROLES[Role(one.role)].sentence) for one in selectors.my_memberships(user, on=on)]}


def register() -> None:
    """Called once when the app is ready."""
    registry.add_section(registry.Section("schools/_my_roles.html", _roles))
