"""Talks with pupils, and what is to be done after them."""

from counselling.models.concern import Concern, ConcernDraft, ConcernReader, ConcernText
from counselling.models.followup import FollowUp
from counselling.models.grant import EntryGrant
from counselling.models.session import Draft, LinkedPupil, Session, SessionText
from counselling.models.topic import Topic

__all__ = [
    "Concern",
    "ConcernDraft",
    "ConcernReader",
    "ConcernText",
    "Draft",
    "EntryGrant",
    "FollowUp",
    "LinkedPupil",
    "Session",
    "SessionText",
    "Topic",
]
