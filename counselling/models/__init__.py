"""Talks with pupils, and what is to be done after them."""

from counselling.models.followup import FollowUp
from counselling.models.session import Draft, LinkedPupil, Session, SessionText
from counselling.models.topic import Topic

__all__ = ["Draft", "FollowUp", "LinkedPupil", "Session", "SessionText", "Topic"]
