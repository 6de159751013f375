"""Keeping one pupil's record: adding, correcting, moving to another class, leaving."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from schools import access as school_access
from students import access
from students.forms.records import EditForm, LeaveForm, NewPupilForm, PlaceForm
from students.models import Student
from students.selectors import records as record_selectors
from students.services import pupils, records, refusals


def _answer(
    request: SignedInRequest,
    form: Form,
    act: Callable[..., Any],
    *,
    student: Student,
    field: str,
    done: str,
    **context: Any,
) -> HttpResponse:
    """Show the form about a pupil; once it is sound, call `act` with its data and go back to their page.

    What the service refuses stands beside `field`.
    """
    back = reverse("students:detail", args=[student.public_id])
    if request.method == "POST" and form.is_valid():
        try:
            act(student=student, by=request.user, **form.cleaned_data)
        except refusals.CannotChangeError as refusal:
            form.add_error(field, str(refusal))
        else:
            htmx.toast(request, done)
            return htmx.redirect(request, back)
    context |= {"form": form, "student": student, "back": back, "lead": student.name}
    return render(request, "students/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct what is written of a child; from here also to another class, or out of the school."""
    on = timezone.localdate()
    student = access.get_student_or_404(request.user, public_id, Perm.STUDENT_EDIT, on=on)
    written = {name: getattr(student, name, None) for name in EditForm.base_fields}
    return _answer(
        request,
        EditForm(request.POST if request.method == "POST" else None, initial=written),
        lambda **data: records.correct_record(on=on, **data),
        student=student,
        field="name",
        done=_("Saved."),
        title=_("Edit the record"),
        button_text=_("Save"),
        in_class=record_selectors.present_class(student, on=on),
        shows_doors=True,
    )


@require_http_methods(["GET", "POST"])
def place(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Into another class from a day; whoever has left comes back the same way."""
    on = timezone.localdate()
    student = access.get_student_or_404(request.user, public_id, Perm.STUDENT_EDIT, on=on)
    present = record_selectors.present_class(student, on=on)
    classes = [one for one in record_selectors.classes_of([student.school], on=on) if one != present]
    return _answer(
        request,
        PlaceForm(request.POST if request.method == "POST" else None, classes=classes, initial={"on": on}),
        records.place,
        student=student,
        field="on",
        done=_("The class is changed.") if present else _("The child is in a class again."),
        title=_("Move to another class") if present else _("Put in a class"),
        button_text=_("Move to this class") if present else _("Put in the class"),
        present=present,
        no_classes=not classes,
    )


@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The page between the wish and the deed: it says what ends and what stays."""
    on = timezone.localdate()
    student = access.get_student_or_404(request.user, public_id, Perm.STUDENT_EDIT, on=on)
    return _answer(
        request,
        LeaveForm(request.POST if request.method == "POST" else None, initial={"on": on}),
        pupils.leave,
        student=student,
        field="on",
        done=_("The last day is noted."),
        title=_("Leave the school"),
        button_text=_("The child leaves the school"),
        leaving=True,
    )


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A child who isn't in the roster file; children of the same name are shown first."""
    on = timezone.localdate()
    schools = school_access.visible_schools(request.user, Perm.STUDENT_EDIT, on=on).order_by("name", "pk")
    if not schools:
        raise PermissionDenied
    classes = record_selectors.classes_of(schools, on=on)
    data = request.POST if request.method == "POST" else None
    form = NewPupilForm(data, classes=classes, initial={"on": on})
    context: dict[str, Any] = {"form": form, "no_classes": not classes, "back": reverse("students:list")}
    if request.method == "POST" and form.is_valid():
        try:
            student = records.add_pupil(by=request.user, **form.cleaned_data)
        except records.SameNameError as refusal:
            name, school_id = form.cleaned_data["name"], form.cleaned_data["school_class"].school_id
            context["namesakes"] = record_selectors.namesakes(school_id, name, on=on)
            form.ask_about(name, str(refusal))
        except refusals.CannotChangeError as refusal:
            form.add_error("name", str(refusal))
        else:
            htmx.toast(request, _("The child is in the records."))
            return htmx.redirect(request, "students:detail", student.public_id)
    context |= {"title": _("Add a child"), "button_text": _("Add")}
    return render(request, "students/form.html", context, status=422 if form.errors else 200)
