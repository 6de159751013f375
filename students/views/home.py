"""A pupil's home: the page, and a form for each noun on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from core import htmx
from students import access
from students.forms.home import (
    AbsenceForm,
    AdultForm,
    CareForm,
    NewAdultForm,
    NewNumberForm,
    NumberForm,
    WindowForm,
    WrongAdultForm,
)
from students.models import (
    CareArrangement,
    GuardianLink,
    MigrationEpisode,
    PhoneNumber,
    ReachableWindow,
    Student,
)
from students.selectors import home as home_selectors
from students.services import absences, care, phones, reading
from students.services import home as home_services
from students.services.refusals import CannotChangeError

NOT_COLLECTED = "not_collected"


@require_safe
def home(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who is around the child, where they are, when they can be called, and who looks after the child."""
    now = timezone.now()
    on = timezone.localdate(now)
    student = access.get_student_or_404(request.user, public_id, Perm.STUDENT_HOME, on=on)
    page = reading.open_home(student=student, by=request.user, now=now)
    return render(request, "students/home.html", {"page": page, "student": student, "today": on})


def _student(request: SignedInRequest, public_id: uuid.UUID, on: date) -> Student:
    return access.get_student_or_404(request.user, public_id, Perm.HOME_EDIT, on=on)


def _answer(
    request: SignedInRequest,
    student: Student,
    form: Form,
    act: Callable[..., Any],
    *,
    title: str,
    lead: str,
    field: str,
) -> HttpResponse:
    """Show the form; once it is sound, call `act` with its data. What is refused stands beside `field`."""
    back = reverse("students:home", args=[student.public_id])
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data)
        except CannotChangeError as refusal:
            form.add_error(field, str(refusal))
        else:
            htmx.toast(request, _("Saved."))
            return htmx.redirect(request, back)
    context = {"form": form, "student": student, "back": back, "title": title, "lead": lead}
    context["button_text"] = _("Save")
    return render(request, "students/form.html", context, status=422 if form.errors else 200)


def _data(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "POST"])
def adult_new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    return _answer(
        request,
        student,
        NewAdultForm(_data(request), initial={"lives_with": NOT_COLLECTED}),
        lambda **data: home_services.add_adult(student=student, by=request.user, on=on, **data),
        title=_("Add a person"),
        lead=student.name,
        field="name",
    )


@require_http_methods(["GET", "POST"])
def adult(request: SignedInRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """What is known of an adult, and what they are to this child."""
    on = timezone.localdate()
    student = _student(request, public_id, on)
    link = access.get_link_or_404(student, person_id)

    def act(*, able: str, assessed_on: date | None, **facts: Any) -> None:
        capacity = home_services.Capacity(able, assessed_on)
        home_services.change_adult(link=link, capacity=capacity, by=request.user, on=on, **facts)

    return _answer(
        request,
        student,
        AdultForm(_data(request), initial=_written(link), today=on),
        act,
        title=_("Edit this person"),
        lead=link.person.name,
        field="name",
    )


@require_http_methods(["GET", "POST"])
def adult_remove(request: SignedInRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """Take somebody off the page who was written down by mistake."""
    on = timezone.localdate()
    student = _student(request, public_id, on)
    link = access.get_link_or_404(student, person_id)
    return _answer(
        request,
        student,
        WrongAdultForm(_data(request)),
        lambda sure: home_services.remove_adult(link=link, by=request.user, on=on),
        title=_("Take this person off the child's page"),
        lead=link.person.name,
        field="sure",
    )


def _written(link: GuardianLink) -> dict[str, Any]:
    known = home_selectors.capacity_of(link.person)
    return {
        **{name: getattr(link, name) for name in home_services.LINK_FIELDS},
        **{name: getattr(link.person, name) for name in home_services.PERSON_FIELDS},
        "able": known.has_capacity if known else NOT_COLLECTED,
        "assessed_on": known.assessed_on if known else None,
    }


@require_http_methods(["GET", "POST"])
def number_new(request: SignedInRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    person = access.get_link_or_404(student, person_id).person
    return _answer(
        request,
        student,
        NewNumberForm(_data(request)),
        lambda **data: phones.add_number(person=person, student=student, by=request.user, on=on, **data),
        title=_("Add a telephone number"),
        lead=person.name,
        field="number",
    )


@require_http_methods(["GET", "POST"])
def number(request: SignedInRequest, public_id: uuid.UUID, number_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    phone = access.get_of_adult_or_404(PhoneNumber, student, number_id)
    known = {"label": phone.label, "confirmed": phone.confirmed_on, "ended": phone.ended_on}
    return _answer(
        request,
        student,
        NumberForm(_data(request), initial=known),
        lambda **data: phones.change_number(phone=phone, student=student, by=request.user, on=on, **data),
        title=phone.number,
        lead=phone.person.name,
        field="label",
    )


@require_http_methods(["GET", "POST"])
def absence_new(request: SignedInRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    person = access.get_link_or_404(student, person_id).person
    return _answer(
        request,
        student,
        AbsenceForm(_data(request), initial={"reason": NOT_COLLECTED, "shift": NOT_COLLECTED}),
        lambda **data: absences.save_absence(
            episode=None, person=person, student=student, by=request.user, on=on, **data
        ),
        title=_("Add a time away"),
        lead=person.name,
        field="started_on",
    )


@require_http_methods(["GET", "POST"])
def absence(request: SignedInRequest, public_id: uuid.UUID, absence_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    episode = access.get_of_adult_or_404(MigrationEpisode, student, absence_id)
    known = {name: getattr(episode, name) for name in AbsenceForm.base_fields}
    return _answer(
        request,
        student,
        AbsenceForm(_data(request), initial=known),
        lambda **data: absences.save_absence(
            episode=episode, person=episode.person, student=student, by=request.user, on=on, **data
        ),
        title=_("Edit this time away"),
        lead=episode.person.name,
        field="started_on",
    )


@require_http_methods(["GET", "POST"])
def window_new(request: SignedInRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    person = access.get_link_or_404(student, person_id).person
    return _answer(
        request,
        student,
        WindowForm(_data(request), initial={"started_on": on}),
        lambda **data: absences.add_window(person=person, student=student, by=request.user, **data),
        title=_("Add a time when this person can be called"),
        lead=person.name,
        field="weekday",
    )


@require_POST
def window_end(request: SignedInRequest, public_id: uuid.UUID, window_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    window = access.get_of_adult_or_404(ReachableWindow, student, window_id)
    absences.end_window(window=window, student=student, by=request.user, on=on)
    htmx.toast(request, _("The time is taken out."))
    return htmx.redirect(request, "students:home", student.public_id)


@require_http_methods(["GET", "POST"])
def care_new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    known = {"reason": NOT_COLLECTED, "assessment": NOT_COLLECTED}
    return _care_form(request, student, None, known, on)


@require_http_methods(["GET", "POST"])
def care_edit(request: SignedInRequest, public_id: uuid.UUID, care_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    student = _student(request, public_id, on)
    row = access.get_care_or_404(student, care_id)
    known = {name: getattr(row, name) for name in CareForm.base_fields} | {"carer": row.carer_id}
    return _care_form(request, student, row, known, on)


def _care_form(
    request: SignedInRequest, student: Student, row: CareArrangement | None, known: dict[str, Any], on: date
) -> HttpResponse:
    people = [link.person for link in home_selectors.links_of(student) if not link.contact_barred]
    return _answer(
        request,
        student,
        CareForm(_data(request), people=people, initial=known),
        lambda **data: care.save_care(care=row, student=student, by=request.user, on=on, **data),
        title=_("Who looks after the child"),
        lead=student.name,
        field="carer",
    )
