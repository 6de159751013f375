"""What a talk was about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import PublicIdModel
from core.privacy import PUBLIC, Label
from schools.models import School


class Topic(PublicIdModel):
    """A school's chip for what a talk was about, with guidance for the writer (KCSIE: few categories).

    A topic keeps one of the standard codes, whose words we translate, until the school gives it a
    name or guidance of its own.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "school", "code", "own_name", "own_guidance", "colour", "position", "is_active"],
        PUBLIC,
    )

    class Code(models.TextChoices):
        FAMILY = "family", pgettext_lazy("topic", "Home and family")
        MISSING = "missing", pgettext_lazy("topic", "Missing parents")
        STUDY = "study", pgettext_lazy("topic", "Learning")
        FRIENDS = "friends", pgettext_lazy("topic", "Friends")
        BOARDING = "boarding", pgettext_lazy("topic", "Life in the dormitory")
        FEELINGS = "feelings", pgettext_lazy("topic", "Feelings")
        HEALTH = "health", pgettext_lazy("topic", "Health and sleep")
        SAFETY = "safety", pgettext_lazy("topic", "Safety")
        JOY = "joy", pgettext_lazy("topic", "Something good")
        OWN = "own", pgettext_lazy("topic", "The school's own topic")

    class Colour(models.TextChoices):
        TEAL = "teal", pgettext_lazy("colour", "Teal")
        SKY = "sky", pgettext_lazy("colour", "Sky")
        INDIGO = "indigo", pgettext_lazy("colour", "Indigo")
        PLUM = "plum", pgettext_lazy("colour", "Plum")
        ROSE = "rose", pgettext_lazy("colour", "Rose")
        CLAY = "clay", pgettext_lazy("colour", "Clay")
        OCHRE = "ochre", pgettext_lazy("colour", "Ochre")
        MOSS = "moss", pgettext_lazy("colour", "Moss")

    GUIDANCE: ClassVar[dict[str, object]] = {
        Code.FAMILY: _("Who is at home now? What has changed since the last talk?"),
        Code.MISSING: _("When did they last speak with each parent? What would they like to tell them?"),
        Code.STUDY: _("What goes well? Where does it get stuck? Don't compare with others."),
        Code.FRIENDS: _("Whom do they spend breaks with? Is anybody leaving them out?"),
        Code.BOARDING: _("Sleep, food, room-mates, the first nights after the weekend."),
        Code.FEELINGS: _("Use the child's own words. How often, since when, what helps?"),
        Code.HEALTH: _("Sleep, appetite, pain, medicine. Who at home knows?"),
        Code.SAFETY: _(
            "Write what was seen and said, not what you think. If a child may be harmed, "
            "tell the safeguarding lead in person now; the law asks to report at once "
            "(Minors Protection Law art. 11)."
        ),
        Code.JOY: _("A success, a kindness, a plan: worth telling the parents."),
        Code.OWN: "",
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="topics")
    code = models.CharField(max_length=10, choices=Code.choices)
    own_name = models.CharField(_("name"), max_length=20, blank=True)
    own_guidance = models.CharField(_("guidance"), max_length=300, blank=True)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, default=Colour.TEAL)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "code"], name="counselling_topic_code_once", condition=~Q(code="own")
            ),
            models.CheckConstraint(
                name="counselling_topic_named", condition=~Q(code="own") | ~Q(own_name="")
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.own_name or str(self.get_code_display())

    @property
    def guidance(self) -> str:
        return self.own_guidance or str(self.GUIDANCE[self.Code(self.code)])
