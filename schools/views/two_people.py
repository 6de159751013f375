"""What takes a second person, and standing in for somebody."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from accounts.permissions import Perm
from core import htmx
from schools import access, forms, selectors, services
from schools.models import Membership
from schools.views._forms import answer


@require_safe
def invitations_to_confirm(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Invitations that a colleague made and that wait for my word."""
    now = timezone.now()
    on = timezone.localdate(now)
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_CONFIRM, on=on)
    waiting = selectors.invitations_to_confirm([school], request.user, now=now)
    context = {"school": school, "invitations": waiting, "title": _("Invitations to confirm")}
    return render(request, "schools/confirm.html", context)


@require_POST
def invitation_confirm(
    request: SignedInRequest, school_id: uuid.UUID, invitation_id: uuid.UUID
) -> HttpResponse:
    """The second person's word. The answer shows the link when it went nowhere by mail: only there."""
    now = timezone.now()
    invitation = access.get_invitation_or_404(
        request.user, school_id, invitation_id, on=timezone.localdate(now), perm=Perm.MEMBER_CONFIRM
    )
    back = reverse("schools:invitations_to_confirm", args=[school_id])
    try:
        issued = services.confirm_invitation(invitation=invitation, by=request.user, now=now)
    except services.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
        return redirect(back)
    if issued.mailed:
        htmx.toast(request, _("Confirmed; the invitation is on its way."))
        return redirect(back)
    context = {"issued": issued, "title": _("The link to hand over"), "back": back}
    return render(request, "schools/invited.html", context)


@require_http_methods(["GET", "POST"])
def stand_in(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """A colleague does a class or paired teacher's work for some days."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_INVITE, on=on)
    form = forms.StandInForm(
        request.POST if request.method == "POST" else None,
        memberships=selectors.to_stand_in_for(school, on=on),
        people=[one for one in selectors.people_of(school, on=on) if one != request.user],
        initial={"first_day": on},
    )

    def give(*, membership: Membership, person: User, first_day: date, last_day: date) -> None:
        services.stand_in(
            membership=membership,
            school=school,
            person=person,
            first_day=first_day,
            last_day=last_day,
            by=request.user,
            on=on,
        )

    return answer(
        request,
        form,
        give,
        title=_("A stand-in"),
        button=_("Let them stand in"),
        back=reverse("schools:school_members", args=[school.public_id]),
        done=_("The stand-in is noted."),
    )
