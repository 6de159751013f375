"""Break-glass: find, open, approve, end, judge. What is typed comes by POST and stands in no address."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from students import access
from students.forms.emergencies import FindForm, OpenForm, ReviewForm
from students.models import EmergencyAccess
from students.selectors import emergencies as selectors
from students.selectors import records as record_selectors
from students.services import emergencies as services


@require_http_methods(["GET", "POST"])
def find(request: SignedInRequest) -> HttpResponse:
    """A pupil of my school whom I don't see: by the whole name and the class, or by the school number."""
    now = timezone.now()
    schools = selectors.schools_of(request.user, Perm.EMERGENCY_OPEN, now=now)
    if not schools:
        raise PermissionDenied
    classes = record_selectors.classes_of(schools, on=timezone.localdate(now))
    form = FindForm(request.POST if request.method == "POST" else None, classes=classes)
    if request.method == "POST" and form.is_valid():
        try:
            student = services.find_pupil(schools=schools, by=request.user, now=now, **form.cleaned_data)
        except services.RefusedError as refusal:
            form.add_error(None, str(refusal))
        else:
            if student is not None:
                return htmx.redirect(request, "students:emergency_open", student.public_id)
            _nobody_fits(form)
    context = {"form": form, "title": _("Emergency access")}
    return render(request, "students/emergency_find.html", context, status=422 if form.errors else 200)


def _nobody_fits(form: FindForm) -> None:
    """Said beside what was looked for; the number goes before the name."""
    if form.cleaned_data["school_number"]:
        form.add_error("school_number", _("No child of your school has this number. Check each digit."))
    else:
        form.add_error("name", _("Nobody fits exactly. Check the spelling and the class."))


@require_http_methods(["GET", "POST"])
def open_record(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The page before the glass: what happens then, the reason, and a fresh second factor."""
    now = timezone.now()
    student = access.get_student_to_open_or_404(request.user, public_id, on=timezone.localdate(now))
    if request.method == "GET" and not step_up.is_fresh(request):
        return step_up.door(request)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.open_record(
                student=student,
                reason=form.cleaned_data["reason"],
                second_factor_at=step_up.proven_at(request),
                by=request.user,
                now=now,
            )
        except services.RefusedError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return htmx.redirect(request, "students:detail", student.public_id)
    context = {
        "form": form,
        "student": student,
        "step_up_url": "" if step_up.is_fresh(request) else step_up.url(request, request.path),
        "title": _("Open this record in an emergency"),
    }
    return render(request, "students/emergency_open.html", context, status=422 if form.errors else 200)


@require_safe
def uses(request: SignedInRequest) -> HttpResponse:
    """Every use in the schools I oversee: those to judge, and those judged."""
    now = timezone.now()
    if not selectors.schools_of(request.user, Perm.EMERGENCY_REVIEW, now=now):
        raise PermissionDenied
    judged = request.GET.get("show") == "judged"
    context = {
        "page": selectors.uses(request.user, now=now, judged=judged, cursor=request.GET.get("cursor")),
        "title": _("Emergency access"),
        "tabs": [
            {"label": _("To judge"), "url": reverse("students:emergencies"), "current": not judged},
            {"label": _("Judged"), "url": "?show=judged", "current": judged},
        ],
    }
    return render(request, "students/emergencies.html", context)


@require_safe
def use(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One use: what the notice of it leads to."""
    used = access.get_emergency_or_404(request.user, public_id, on=timezone.localdate())
    return _use_page(request, used)


def _use_page(
    request: SignedInRequest, used: EmergencyAccess, form: Form | None = None, status: int = 200
) -> HttpResponse:
    page = selectors.use_page(request.user, used, now=timezone.now())
    context = {"page": page, "used": used, "form": form or ReviewForm(), "title": _("Emergency access")}
    return render(request, "students/emergency.html", context, status=status)


@require_POST
def approve(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The second person opens the sealed entries too; with their own second factor."""
    now = timezone.now()
    used = access.get_emergency_or_404(request.user, public_id, on=timezone.localdate(now))
    if not access.may_approve(request.user, used, on=timezone.localdate(now)):
        raise PermissionDenied
    if not step_up.is_fresh(request):
        return htmx.redirect(request, step_up.url(request, reverse("students:emergency", args=[public_id])))
    try:
        services.approve_sealed(used=used, by=request.user, now=now)
    except services.RefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("Sealed entries are open to them until the end of the hour."))
    return redirect("students:emergency", public_id)


@require_POST
def end(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Only whoever opened it closes it early; for everybody else the hour does."""
    now = timezone.now()
    used = access.get_emergency_or_404(request.user, public_id, on=timezone.localdate(now))
    if used.user_id != request.user.pk:
        raise PermissionDenied
    services.end(used=used, by=request.user, now=now)
    htmx.toast(request, _("The record is closed again."))
    return redirect("students:emergency", public_id)


@require_POST
def review(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The lead's verdict; never on one's own use."""
    now = timezone.now()
    used = access.get_emergency_or_404(request.user, public_id, on=timezone.localdate(now))
    if not access.may_review(request.user, used, on=timezone.localdate(now)):
        raise PermissionDenied
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            services.review(used=used, by=request.user, now=now, **form.cleaned_data)
        except services.RefusedError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            htmx.toast(request, _("Noted."))
            return htmx.redirect(request, "students:emergencies")
    return _use_page(request, used, form, status=422)
