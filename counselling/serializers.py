"""Talks, promises and topics as JSON. Shape only: no serializer of a list knows the words of a talk."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from core.api.shapes import Choice, Few, PageQuery, Shape
from counselling.models import FollowUp, LinkedPupil, Session, SessionText, Topic
from counselling.services.talks import TalkDetails, Words
from students.serializers import StudentBriefSerializer

MAX_TOPICS = 10
MAX_LINKED = 10
MAX_NAMED = 20
STATES = ["open", "done", "cancelled"]


class TopicSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    code = serializers.ChoiceField(choices=Topic.Code.choices)
    name = serializers.CharField()
    guidance = serializers.CharField(help_text="What a writer should think of.")
    colour = serializers.ChoiceField(choices=Topic.Colour.choices)


class TopicBriefSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class AuthorSerializer(serializers.Serializer):
    """A colleague as other things name them."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


# --- talks ----------------------------------------------------------------------------------------


class SessionQuery(PageQuery):
    student = serializers.UUIDField(
        required=False, help_text="Talks with this pupil that you may know of; without it, your own talks."
    )


class SessionItemSerializer(serializers.Serializer):
    """A talk in a list: that it took place, never its words.

    Mood and topics are null for a closed (restricted, sealed, working note) or withdrawn entry, whoever asks:
    reading those is noted, so it is done one by one.
    """

    id = serializers.UUIDField(source="public_id")
    student = StudentBriefSerializer()
    author = AuthorSerializer()
    happened_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    sensitivity = serializers.ChoiceField(choices=Session.Sensitivity.choices)
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text="Taken back right after saving.")
    may_read = serializers.SerializerMethodField(help_text="Whether you may open it.")
    mood = serializers.SerializerMethodField()
    topics = serializers.SerializerMethodField()

    def get_may_read(self, session: Session) -> bool:
        return bool(self.context["rights"].may_read(session))

    @extend_schema_field(serializers.ChoiceField(choices=Session.Mood.choices, allow_null=True))
    def get_mood(self, session: Session) -> int | None:
        return None if _is_closed(session) else session.mood

    @extend_schema_field(TopicBriefSerializer(many=True, allow_null=True))
    def get_topics(self, session: Session) -> Any:
        return None if _is_closed(session) else TopicBriefSerializer(session.topics.all(), many=True).data


def _is_closed(session: Session) -> bool:
    return session.is_closed or session.withdrawn_at is not None


class TextSerializer(serializers.Serializer):
    """One version of a talk's words. Number 1 was written first; each later one gives its reason."""

    number = serializers.IntegerField()
    line = serializers.CharField()
    facts = serializers.CharField()
    child_words = serializers.CharField()
    action = serializers.CharField()
    reason = serializers.CharField()
    written_by = AuthorSerializer()
    written_at = serializers.DateTimeField()


class TextsSerializer(serializers.Serializer):
    """Every version of a talk's words, the newest first, with what is as telling as they."""

    mood = serializers.ChoiceField(choices=Session.Mood.choices, allow_null=True)
    topics = TopicBriefSerializer(many=True)
    texts = TextSerializer(many=True)


class SessionSerializer(serializers.Serializer):
    """One talk with every version of its words, the newest first.

    Mood, topics and texts of a closed entry are null, whoever asks: they are read at `/texts/`, with the
    second factor, and that is noted.
    """

    id = serializers.UUIDField(source="public_id")
    client_id = serializers.SerializerMethodField(help_text="Your own id of it; null for others' entries.")
    student = StudentBriefSerializer()
    author = AuthorSerializer()
    happened_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    sensitivity = serializers.ChoiceField(choices=Session.Sensitivity.choices)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    mood = serializers.SerializerMethodField()
    topics = serializers.SerializerMethodField()
    texts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=Session.Mood.choices, allow_null=True))
    def get_mood(self, session: Session) -> int | None:
        return None if session.is_closed else session.mood

    @extend_schema_field(TopicBriefSerializer(many=True, allow_null=True))
    def get_topics(self, session: Session) -> Any:
        return None if session.is_closed else TopicBriefSerializer(session.topics.all(), many=True).data

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_client_id(self, session: Session) -> str | None:
        return str(session.client_id) if session.author_id == self.context["user"].pk else None

    @extend_schema_field(TextSerializer(many=True, allow_null=True))
    def get_texts(self, session: Session) -> Any:
        return None if session.is_closed else TextSerializer(self.context["texts"], many=True).data


def _text(name: str, *, required: bool = False) -> serializers.CharField:
    longest: int = SessionText._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    more: dict[str, Any] = {} if required else {"required": False, "allow_blank": True, "default": ""}
    return serializers.CharField(max_length=longest, **more)


class WordsShape(Shape):
    """The words of a talk: one line is enough."""

    line = _text("line", required=True)
    facts = _text("facts")
    child_words = _text("child_words")
    action = _text("action")

    def words(self) -> Words:
        data = self.validated_data
        return Words(
            line=" ".join(data["line"].split()),
            facts=data["facts"],
            child_words=data["child_words"],
            action=data["action"],
        )


class LinkedShape(Shape):
    """Another pupil the talk concerns, with a part of their own."""

    student = serializers.UUIDField()
    role = Choice(choices=LinkedPupil.Role.choices)


class TalkShape(WordsShape):
    """The quick log. Make `client_id` once for each talk and send it again on a retry."""

    student = serializers.UUIDField()
    client_id = serializers.UUIDField()
    happened_at = serializers.DateTimeField(help_text="With an offset, as in 2026-11-22T10:30:00+08:00.")
    sensitivity = Choice(choices=Session.Sensitivity.choices)
    mood = Choice(choices=Session.Mood.choices, required=False, allow_null=True, default=None)
    topics = Few(child=serializers.UUIDField(), required=False, default=list, max_length=MAX_TOPICS)
    linked = Few(child=LinkedShape(), required=False, default=list, max_length=MAX_LINKED)
    named = Few(
        child=serializers.UUIDField(),
        required=False,
        default=list,
        max_length=MAX_NAMED,
        help_text="Colleagues who may read a restricted or sealed entry; a sealed one needs at least one.",
    )
    follow_up_on = serializers.DateField(required=False, allow_null=True, default=None)
    follow_up_note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=FollowUp._meta.get_field("note").max_length
    )

    def details(self, topics: list[Topic], linked: dict[Any, str], named: list[User]) -> TalkDetails:
        data = self.validated_data
        return TalkDetails(
            happened_at=data["happened_at"],
            sensitivity=data["sensitivity"],
            mood=data["mood"],
            topics=topics,
            linked=linked,
            named=named,
            follow_up_on=data["follow_up_on"],
            follow_up_note=data["follow_up_note"],
        )


class CorrectionShape(WordsShape):
    """The whole text as it should read, and why."""

    reason = _text("reason", required=True)


# --- follow-ups -----------------------------------------------------------------------------------


class FollowUpQuery(PageQuery):
    student = serializers.UUIDField(
        required=False, help_text="Promises about this pupil that you may know of; without it, your own."
    )
    state = Choice(choices=STATES, required=False)


class FollowUpItemSerializer(serializers.Serializer):
    """A promise in a list: when and whose, not what."""

    id = serializers.UUIDField(source="public_id")
    student = StudentBriefSerializer()
    session = serializers.UUIDField(source="session.public_id")
    owner = AuthorSerializer()
    due_on = serializers.DateField()
    state = serializers.SerializerMethodField()
    done_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, follow_up: FollowUp) -> str:
        if follow_up.is_open:
            return "open"
        return "done" if follow_up.done_at else "cancelled"


class FollowUpSerializer(FollowUpItemSerializer):
    """One promise with its note; null after a closed entry, whose notes are read at `/note/`."""

    note = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_note(self, follow_up: FollowUp) -> str | None:
        return None if follow_up.is_closed else follow_up.note


class NoteSerializer(serializers.Serializer):
    note = serializers.CharField(allow_blank=True)


class MoveShape(Shape):
    due_on = serializers.DateField()
