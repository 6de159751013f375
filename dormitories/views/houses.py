"""Houses: the list, the plan, and setting them up by hand."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from dormitories import access
from dormitories.forms import houses as forms
from dormitories.selectors import houses as house_selectors
from dormitories.services import houses
from dormitories.views._forms import answer
from schools import access as school_access


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The houses of one's schools, with the beds counted."""
    on = timezone.localdate()
    access.require_seeing_houses(request.user, on=on)
    found = house_selectors.houses_of(request.user, on=on)
    context = {"schools": found, "sees_rules": bool(access.rule_schools(request.user, on=on))}
    return render(request, "dormitories/houses.html", context)


@require_safe
def plan(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A house from the ground up: who sleeps where."""
    now = timezone.now()
    building = access.get_building_or_404(request.user, public_id, Perm.DORM_VIEW, on=timezone.localdate(now))
    found = house_selectors.plan(request.user, building, now=now)
    return render(request, "dormitories/plan.html", {"plan": found, "building": building})


@require_http_methods(["GET", "POST"])
def building_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    school = school_access.get_school_or_404(
        request.user, school_id, Perm.DORM_MANAGE, on=timezone.localdate()
    )
    form = forms.BuildingForm(request.POST if request.method == "POST" else None)
    return answer(
        request,
        form,
        lambda **data: houses.add_building(school=school, by=request.user, **data),
        title=_("Add a house"),
        lead=school.name,
        button_text=_("Add"),
        back=reverse("dormitories:houses"),
        done=_("The house is added. Add its rooms now."),
    )


@require_http_methods(["GET", "POST"])
def building_edit(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    building = access.get_building_or_404(request.user, public_id, Perm.DORM_MANAGE, on=on)
    written = {"name": building.name, "sex": building.sex, "is_closed": building.closed_on is not None}
    form = forms.ChangeBuildingForm(request.POST if request.method == "POST" else None, initial=written)
    return answer(
        request,
        form,
        lambda **data: houses.change_building(building=building, by=request.user, on=on, **data),
        title=_("Change the house"),
        lead=building.name,
        button_text=_("Save"),
        back=_plan_of(building.public_id),
        done=_("Saved."),
    )


@require_http_methods(["GET", "POST"])
def rooms_new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A block of rooms at once: floors × rooms × beds."""
    building = access.get_building_or_404(request.user, public_id, Perm.DORM_MANAGE, on=timezone.localdate())
    form = forms.RoomsForm(request.POST if request.method == "POST" else None)
    return answer(
        request,
        form,
        lambda **data: houses.add_rooms(building=building, rooms=_block(data), by=request.user),
        title=_("Add rooms"),
        lead=building.name,
        button_text=_("Add these rooms"),
        back=_plan_of(building.public_id),
        done=_("The rooms are added."),
    )


def _block(data: dict[str, Any]) -> list[houses.RoomSpec]:
    """Floor 3, second room: 302."""
    return [
        houses.RoomSpec(
            number=f"{floor}{place:02d}",
            floor=floor,
            beds=data["beds"],
            bunks=data["bunks"],
            grade_from=data["grade_from"],
            grade_to=data["grade_to"],
        )
        for floor in range(data["floor_from"], data["floor_to"] + 1)
        for place in range(data["first"], data["last"] + 1)
    ]


@require_http_methods(["GET", "POST"])
def room_edit(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    room = access.get_room_or_404(request.user, public_id, Perm.DORM_MANAGE, on=timezone.localdate())
    written = forms.RoomForm.written(room, len(house_selectors.beds_of(room)))
    form = forms.RoomForm(request.POST if request.method == "POST" else None, initial=written)
    return answer(
        request,
        form,
        lambda **data: houses.change_room(room=room, by=request.user, **data),
        title=_("Change the room"),
        lead=f"{room.building.name} · {room.number}",
        button_text=_("Save"),
        back=_plan_of(room.building.public_id),
        done=_("Saved."),
        beds=house_selectors.beds_of(room),
    )


@require_http_methods(["GET", "POST"])
def bed_order(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A bed out of order, or in order again."""
    on = timezone.localdate()
    bed = access.get_bed_or_404(request.user, public_id, Perm.DORM_MANAGE, on=on)
    data = request.POST if request.method == "POST" else None
    form = forms.OutOfOrderForm(data, initial=forms.OutOfOrderForm.written(bed))
    return answer(
        request,
        form,
        lambda **data: houses.set_out_of_order(bed=bed, by=request.user, on=on, **data),
        title=_("Is the bed in order?"),
        lead=f"{bed.room.building.name} · {bed.code}",
        button_text=_("Save"),
        back=_plan_of(bed.room.building.public_id),
        done=_("Saved."),
    )


def _plan_of(public_id: uuid.UUID) -> str:
    return reverse("dormitories:plan", args=[public_id])
