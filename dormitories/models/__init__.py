"""Houses, beds, who sleeps where, and what to mind."""

from dormitories.models.leave import Leave, LeaveQuerySet
from dormitories.models.places import Bed, BedQuerySet, Building, HouseFile, Room
from dormitories.models.plans import AllocationPlan, PlannedPlace, PlanProgress
from dormitories.models.rolls import RollCall, RollMark, RollTimes
from dormitories.models.rules import Rule, RulePupil, RuleQuerySet, RuleReason
from dormitories.models.stays import Stay

__all__ = [
    "AllocationPlan",
    "Bed",
    "BedQuerySet",
    "Building",
    "HouseFile",
    "Leave",
    "LeaveQuerySet",
    "PlanProgress",
    "PlannedPlace",
    "RollCall",
    "RollMark",
    "RollTimes",
    "Room",
    "Rule",
    "RulePupil",
    "RuleQuerySet",
    "RuleReason",
    "Stay",
]
