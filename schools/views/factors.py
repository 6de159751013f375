"""Helping a colleague who lost their second factor."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.permissions import Perm
from accounts.second_factor import sheet
from core import htmx
from schools import access, forms, services


@require_POST
@step_up.required
def factors_reset(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """A new printed sheet; this answer is the only place where its codes stand."""
    now = timezone.now()
    on = timezone.localdate(now)
    school = access.get_school_or_404(request.user, school_id, Perm.MEMBER_INVITE, on=on)
    back = reverse("schools:school_members", args=[school.public_id])
    form = forms.ResetFactorsForm(request.POST)
    if not form.is_valid():
        return redirect(back)
    membership = access.get_membership_or_404(school, form.cleaned_data["membership"])
    try:
        codes = services.reset_factors(membership=membership, school=school, by=request.user, now=now)
    except services.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
        return redirect(back)
    context = {
        "title": _("Your codes"),
        "person": membership.user,
        "codes": [sheet.shown(code) for code in codes],
        "back": back,
    }
    return render(request, "mfa/sheet_print.html", context)
