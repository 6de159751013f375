"""Telephones and their hours, the weekly rota, the calls home."""

from calls.models.board import CallReply, ContactAttempt, ContactClock, HomeTask
from calls.models.call import STANDING, Call, CallPupil
from calls.models.phones import (
    CallWindow,
    Phone,
    Weekday,
    WindowException,
    WindowPhone,
)
from calls.models.rota import LeftOut, Rota, RotaProgress

__all__ = [
    "STANDING",
    "Call",
    "CallPupil",
    "CallReply",
    "CallWindow",
    "ContactAttempt",
    "ContactClock",
    "HomeTask",
    "LeftOut",
    "Phone",
    "Rota",
    "RotaProgress",
    "Weekday",
    "WindowException",
    "WindowPhone",
]
