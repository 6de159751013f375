"""Rules for giving beds: the list, a new one, one rule, why it is there, ending it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from dormitories import access
from dormitories.forms.rules import RuleForm
from dormitories.selectors import rules as rule_selectors
from dormitories.services import rules
from dormitories.views._forms import answer
from schools import access as school_access
from schools import selectors as school_selectors


@require_safe
def rules_list(request: SignedInRequest) -> HttpResponse:
    """What to mind when giving beds; never why."""
    on = timezone.localdate()
    access.require_seeing_rules(request.user, on=on)
    over = request.GET.get("show") == "over"
    lines, page = rule_selectors.rules_page(request.user, on=on, over=over, cursor=request.GET.get("cursor"))
    tabs = [
        {"label": _("In force"), "url": "?", "current": not over},
        {"label": _("Over"), "url": "?show=over", "current": over},
    ]
    may_make = school_access.holds(request.user, Perm.BED_RULE, on=on)
    context = {"lines": lines, "page": page, "tabs": tabs, "may_make": may_make, "on": on, "over": over}
    return render(request, "dormitories/rules.html", context)


@require_http_methods(["GET", "POST"])
def rule_new(request: SignedInRequest) -> HttpResponse:
    """Say what to mind, for whom, until when, and who answers for it."""
    now = timezone.now()
    on = timezone.localdate(now)
    if not school_access.holds(request.user, Perm.BED_RULE, on=on):
        raise PermissionDenied
    school = school_access.get_own_school_or_403(request.user, Perm.BED_RULE, on=on)
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        beds=rule_selectors.beds_of(school),
        people=school_selectors.people_of(school, on=on),
        initial={"starts_on": on, "owner": request.user.pk},
    )

    def make(**data: Any) -> None:
        try:
            pupils = rule_selectors.named_pupils(request.user, school, data.pop("pupils"), on=on)
        except rule_selectors.UnclearError as unclear:
            raise rules.RefusedError(str(unclear), "pupils") from None
        rules.add_rule(school=school, pupils=pupils, by=request.user, now=now, **data)

    return answer(
        request,
        form,
        make,
        back=reverse("dormitories:rules"),
        done=_("The rule is noted."),
        title=_("Add a rule"),
        lead=school.name,
        button_text=_("Add"),
    )


@require_safe
def rule_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One rule; a door to the reason only for those who may know it."""
    on = timezone.localdate()
    rule = access.get_rule_or_404(request.user, public_id, on=on)
    context = {
        "line": rule_selectors.rule_line(request.user, rule, on=on),
        "rule": rule,
        "may_know_why": access.may_know_why(request.user, rule, on=on),
    }
    return render(request, "dormitories/rule.html", context)


@require_safe
def rule_why(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Why the rule is there; reading it is noted."""
    rule = access.get_rule_to_read_or_404(request.user, public_id, on=timezone.localdate())
    reason = rules.open_reason(rule=rule, by=request.user)
    return render(request, "dormitories/rule_why.html", {"rule": rule, "reason": reason})


@require_POST
def rule_end(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    rule = access.get_rule_to_end_or_404(request.user, public_id, on=on)
    try:
        rules.end_rule(rule=rule, by=request.user, on=on)
    except rules.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.WARNING)
    else:
        htmx.toast(request, _("The rule is over."))
    return redirect("dormitories:rule", rule.public_id)
