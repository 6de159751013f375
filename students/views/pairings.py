"""Who looks after a child in particular: the list, giving the task and taking it back."""

from __future__ import annotations

import uuid
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from students import access
from students.forms.records import PairForm, UnpairForm
from students.models import Student
from students.selectors import records as record_selectors
from students.services import pairings as pairing_services


@require_http_methods(["GET", "POST"])
def pairings(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A pairing opens the child's page to somebody, so it takes the right to give people their roles."""
    on = timezone.localdate()
    student = access.get_student_or_404(request.user, public_id, Perm.MEMBER_INVITE, on=on)
    form = _pair_form(request, student, on)
    if request.method == "POST" and form.is_valid():
        teacher, first_day = form.cleaned_data["person"], form.cleaned_data["on"]
        try:
            pairing_services.pair(student=student, teacher=teacher, by=request.user, on=first_day)
        except pairing_services.CannotPairError as refusal:
            form.add_error("person", str(refusal))
        else:
            htmx.toast(request, _("Paired."))
            return htmx.redirect(request, "students:pairings", student.public_id)
    return _page(request, student, form, UnpairForm(initial={"last_day": on}))


def _pair_form(request: SignedInRequest, student: Student, on: date, *, sent: bool = True) -> PairForm:
    data = request.POST if sent and request.method == "POST" else None
    teachers = record_selectors.teachers_to_pair(student, on=on)
    return PairForm(data, teachers=teachers, initial={"on": on})


def _page(request: SignedInRequest, student: Student, form: PairForm, end_form: UnpairForm) -> HttpResponse:
    wrong = bool(form.errors or end_form.errors)
    context = {
        "student": student,
        "pairings": record_selectors.pairings(student),
        "form": form,
        "has_teachers": len(form.fields["person"].choices) > 1,  # type: ignore[attr-defined]
        "end_form": end_form,
        "ending": end_form.cleaned_data.get("pairing") if end_form.is_bound else None,
    }
    return render(request, "students/pairings.html", context, status=422 if wrong else 200)


@require_POST
def pairing_end(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """End a pairing; which one stands in the form, since it has no number to show in an address."""
    on = timezone.localdate()
    student = access.get_student_or_404(request.user, public_id, Perm.MEMBER_INVITE, on=on)
    form = UnpairForm(request.POST)
    if not form.is_valid():
        return _page(request, student, _pair_form(request, student, on, sent=False), form)
    pairing = access.get_pairing_or_404(student, form.cleaned_data["pairing"])
    last_day = form.cleaned_data["last_day"]
    pairing_services.unpair(student=student, teacher=pairing.teacher, by=request.user, on=last_day)
    htmx.toast(request, _("The pairing is ended."))
    return htmx.redirect(request, "students:pairings", student.public_id)
