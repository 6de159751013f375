"""Wrong tries at signing in: how many, by whom, and why nobody can lock another out with them.

- A browser that has signed in to the account before has a count of its own (accounts.browsers). Whatever
  strangers do elsewhere, it isn't refused.
- Any other is counted narrowly, by account and address: five tries, then waits that double.
- All of those together are counted by account, widely, and by address, so that neither many addresses at one
  account nor one address at many accounts gets far. A school has one address: what is right isn't counted.

A name of nobody's is counted and refused as a real one is, at the same cost and in the same words. Counted
before the password is looked at, outside the request's transaction (accounts.middleware), given back after it
was right. Source: ASVS 5.0.0 V6.1.1, V6.3.1, V6.3.8; OWASP device cookies; security.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from accounts import browsers, phones, selectors
from accounts.models import User
from core import limits
from core.limits import Rising, Rule, Window

_HOUR = 3600
OWN = Rising(free=10, first=60, longest=15 * 60, memory=6 * _HOUR)
NARROW = Rising(free=5, first=60, longest=30 * 60, memory=6 * _HOUR)
WIDE = Rising(free=20, first=30, longest=15 * 60, memory=24 * _HOUR)
ADDRESS = Window(60, 5 * 60)
AGAIN = Rising(free=5, first=60, longest=30 * 60, memory=6 * _HOUR)


@dataclass
class Try:
    """One try at a name. `waits_until` is None when it may go on, else when the next may."""

    user: User | None
    known: bool
    counts: list[tuple[str, str, Rule]] = field(default_factory=list)
    waits_until: datetime | None = None
    locks: bool = False  # if this one is wrong, the next must wait
    checked: bool = False
    right: bool = False


def begin(*, login: str, browser_token: str, address: str, now: datetime) -> Try:
    """Count a try before its password is looked at."""
    login = login[:254]
    user = selectors.user_by_login(login) if "\x00" not in login else None
    account = f"user:{user.pk}" if user else f"text:{phones.normalise(login).lower()}"
    browser = browsers.find(user_id=user.pk if user else 0, token=browser_token)
    begun = Try(user=user, known=browser is not None)
    if browser is not None:
        wanted: list[tuple[str, str, Rule]] = [("sign_in.own", str(browser.pk), OWN)]
    else:
        wanted = [
            ("sign_in.narrow", f"{account}|{address}", NARROW),
            ("sign_in.address", address, ADDRESS),
            ("sign_in.wide", account, WIDE),
        ]
    for name, subject, rule in wanted:
        verdict = limits.hit(name, subject, rule, now=now)
        if not verdict.allowed:
            begun.waits_until = verdict.next_at
            break
        begun.counts.append((name, subject, rule))
        begun.locks = begun.locks or verdict.next_at > now
    return begun


def end(tried: Try) -> None:
    """Settle the counts once it is known what became of the try: only a wrong one stays counted.

    A right one also wipes out the person's own mistakes before it, but not what strangers did elsewhere.
    """
    if tried.checked and not tried.right:
        return
    for name, subject, rule in tried.counts:
        if tried.right and name in ("sign_in.own", "sign_in.narrow"):
            limits.clear(name, subject)
        else:
            limits.refund(name, subject, rule)


def welcome_back(user: User) -> None:
    """Whoever proved by a link that the account is theirs isn't kept waiting for what strangers tried."""
    limits.clear("sign_in.wide", f"user:{user.pk}")


def begin_again(user: User, *, now: datetime) -> datetime | None:
    """Count a signed-in person's try at their own password. Returns when to try again, or None to go on."""
    verdict = limits.hit("sign_in.again", str(user.pk), AGAIN, now=now)
    return None if verdict.allowed else verdict.next_at


def end_again(user: User) -> None:
    limits.clear("sign_in.again", str(user.pk))
