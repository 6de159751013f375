"""The step between the password and being signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import LoginStage
from django.shortcuts import redirect

from accounts.second_factor import selectors


class CodeStage(LoginStage):
    """Asks whoever has set up a factor, a sheet alone included (allauth's own stage lets a sheet pass by).

    Whoever has none signs in, and the gate (gate.py) leads them to setting one up.
    """

    key = "mfa_authenticate"
    urlname = "mfa_authenticate"

    def handle(self) -> tuple[Any, bool]:
        if self.login.user is not None and selectors.has_factor(self.login.user):
            return redirect(self.urlname), True
        return None, True
