"""Who works here, and inviting people."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from schools import access, forms, selectors, services
from schools.forms import EndForm
from schools.models import School
from schools.views._forms import answer


@require_safe
def own_members(request: SignedInRequest) -> HttpResponse:
    """The people of the school where I may invite: what the menu leads to."""
    school = access.get_own_school_or_403(request.user, Perm.MEMBER_INVITE, on=timezone.localdate())
    return redirect(_home(school))


def _home(school: School) -> str:
    return reverse("schools:school_members", args=[school.public_id])


@require_safe
def members(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_INVITE, on=on)
    return _members_page(request, school)


def _members_page(
    request: SignedInRequest, school: School, *, end_form: EndForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    on = timezone.localdate(now)
    ended = request.GET.get("show") == "ended"
    context = {
        "school": school,
        "title": _("People"),
        "page": selectors.members(school, on=on, ended=ended, cursor=request.GET.get("cursor")),
        "invitations": [] if ended else selectors.open_invitations(school, now=now),
        "ended": ended,
        "end_form": end_form or forms.EndForm(),
        "ending": end_form.cleaned_data.get("membership") if end_form else None,
        "tabs": [
            {"label": _("Now"), "url": _home(school), "current": not ended},
            {"label": _("Ended"), "url": "?show=ended", "current": ended},
        ],
    }
    return render(request, "schools/members.html", context, status=status)


@require_POST
def membership_end(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """End a role; which one stands in the form, since it has no number of its own to show in an address."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_INVITE, on=on)
    form = forms.EndForm(request.POST)
    if form.is_valid():
        membership = access.get_membership_or_404(school, form.cleaned_data["membership"])
        try:
            services.end_membership(
                membership=membership,
                school=school,
                last_day=form.cleaned_data["last_day"],
                by=request.user,
                on=on,
            )
        except services.RefusedError as refusal:
            form.add_error("last_day", str(refusal))
        else:
            htmx.toast(request, _("The role is ended."))
            return redirect(_home(school))
    return _members_page(request, school, end_form=form, status=422)


@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Offer somebody a role. The answer shows the link when it went nowhere by mail: only there."""
    now = timezone.now()
    on = timezone.localdate(now)
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_INVITE, on=on)
    classes = selectors.classes_to_give(school, on=on)
    form = forms.InvitationForm(request.POST or None, classes=classes)
    context = {"form": form, "title": _("Invite somebody"), "back": _home(school), "school": school}
    if request.method == "POST" and form.is_valid():
        try:
            issued = services.invite(school=school, by=request.user, now=now, **form.cleaned_data)
        except services.RefusedError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _invited(request, school, issued)
    return render(request, "schools/invite.html", context, status=422 if form.errors else 200)


def _invited(request: SignedInRequest, school: School, issued: services.Issued) -> HttpResponse:
    if issued.invitation.waits_for_a_second_person:
        htmx.toast(request, _("Noted. A second person must confirm before the link exists."))
        return redirect(_home(school))
    if issued.mailed:
        htmx.toast(request, _("The invitation is on its way."))
        return redirect(_home(school))
    if issued.invitation.email:
        htmx.toast(request, _("The mail could not be sent."), level=messages.WARNING)
    context = {"issued": issued, "title": _("The link to hand over"), "back": _home(school)}
    return render(request, "schools/invited.html", context)


@require_POST
def invitation_withdraw(
    request: SignedInRequest, school_id: uuid.UUID, invitation_id: uuid.UUID
) -> HttpResponse:
    now = timezone.now()
    invitation = access.get_invitation_or_404(
        request.user, school_id, invitation_id, on=timezone.localdate(now)
    )
    try:
        services.withdraw_invitation(invitation=invitation, by=request.user, now=now)
    except services.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("The invitation is taken back."))
    return redirect("schools:school_members", school_id)


@require_http_methods(["GET", "POST"])
def role_grant(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Another role for somebody who works here: a new class for a homeroom teacher, each September."""
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_INVITE, on=on)
    form = forms.GrantForm(
        request.POST or None,
        people=[one for one in selectors.people_of(school, on=on) if one != request.user],
        classes=selectors.classes_to_give(school, on=on),
    )

    def give(person, **data):  # type: ignore[no-untyped-def]
        services.grant_role(user=person, school=school, by=request.user, on=on, **data)

    return answer(
        request,
        form,
        give,
        title=_("Give a role"),
        button=_("Give the role"),
        back=_home(school),
        done=_("The role is given."),
    )
