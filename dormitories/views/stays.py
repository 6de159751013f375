"""Giving a bed, moving, and giving it back: from the child or from the bed."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from dormitories import access
from dormitories.forms.stays import BedForm, EndStayForm, PupilForm
from dormitories.selectors import stays as stay_selectors
from dormitories.services import stays
from dormitories.views._forms import answer


@require_http_methods(["GET", "POST"])
def pupil_bed(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A pupil's bed: give one, or move to another."""
    now = timezone.now()
    on = timezone.localdate(now)
    student = access.get_pupil_or_404(request.user, public_id, Perm.BED_ALLOCATE, on=on)
    standing = stay_selectors.stay_of(student, on=on)
    beds = list(stay_selectors.free_beds(student.school, sex=student.sex, on=on))
    form = BedForm(request.POST if request.method == "POST" else None, beds=beds, initial={"starts_on": on})
    return answer(
        request,
        form,
        lambda **data: stays.place_pupil(student=student, by=request.user, now=now, **data),
        back=_back(request, student.public_id),
        done=_("The child has the bed."),
        title=_("Move to another bed") if standing else _("Give a bed"),
        button_text=pgettext("bed", "Move") if standing else _("Give this bed"),
        lead=student.name,
        standing=standing,
        student=student,
        nothing_free=not beds,
    )


@require_http_methods(["GET", "POST"])
def bed_give(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A bed's pupil: choose among the boarders who have none."""
    now = timezone.now()
    on = timezone.localdate(now)
    bed = access.get_bed_or_404(request.user, public_id, Perm.BED_ALLOCATE, on=on)
    pupils = list(stay_selectors.without_bed(request.user, bed.school, sex=bed.sex, on=on))
    form = PupilForm(
        request.POST if request.method == "POST" else None,
        pupils=pupils,
        classes=stay_selectors.in_class(pupils, on=on),
        initial={"starts_on": on},
    )

    def give(**data: Any) -> None:
        stays.give_bed(bed=bed, by=request.user, now=now, **data)

    return answer(
        request,
        form,
        give,
        back=reverse("dormitories:plan", args=[bed.room.building.public_id]),
        done=_("The child has the bed."),
        title=_("Give this bed"),
        button_text=_("Give this bed"),
        lead=f"{bed.room.building.name} · {bed.code} · {bed.get_level_display()}",
        nobody_waits=not pupils,
    )


@require_http_methods(["GET", "POST"])
def stay_end(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The pupil gives the bed back."""
    on = timezone.localdate()
    student = access.get_pupil_or_404(request.user, public_id, Perm.BED_ALLOCATE, on=on)
    form = EndStayForm(request.POST if request.method == "POST" else None, initial={"last_day": on})
    return answer(
        request,
        form,
        lambda **data: stays.end_stay(student=student, by=request.user, on=on, **data),
        back=_back(request, student.public_id),
        done=_("The last day in the bed is noted."),
        title=_("Give the bed back"),
        button_text=_("End the stay"),
        lead=student.name,
        standing=stay_selectors.stay_of(student, on=on),
    )


def _back(request: SignedInRequest, public_id: uuid.UUID) -> str:
    """The plan from which somebody came, or the child's page. Only a house's id is taken from the address."""
    try:
        house = uuid.UUID(request.GET.get("house", ""))
    except ValueError:
        return reverse("students:detail", args=[public_id])
    return reverse("dormitories:plan", args=[house])
