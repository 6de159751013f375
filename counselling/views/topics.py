"""The school's topics."""

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
from counselling import access
from counselling.forms.topics import MoveForm, TopicForm
from counselling.models import Topic
from counselling.selectors import topics as topic_selectors
from counselling.services import topics as services
from schools import access as school_access
from schools.models import School

COLOURS = {value: value for value in Topic.Colour.values}


@require_safe
def own_topics(request: SignedInRequest) -> HttpResponse:
    """The topics of the school where I choose them: what the menu leads to."""
    school = school_access.get_own_school_or_403(request.user, Perm.TOPIC_MANAGE, on=timezone.localdate())
    return redirect(_home(school))


def _home(school: School) -> str:
    return reverse("counselling:school_topics", args=[school.public_id])


def _school(request: SignedInRequest, school_id: uuid.UUID) -> School:
    return school_access.get_school_or_404(
        request.user, school_id, Perm.TOPIC_MANAGE, on=timezone.localdate()
    )


@require_safe
def topics(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    school = _school(request, school_id)
    in_use, out_of_use = topic_selectors.all_topics(school)
    context = {
        "school": school,
        "title": _("Topics"),
        "in_use": in_use,
        "out_of_use": out_of_use,
        "lacks_standard": topic_selectors.lacks_standard(school),
    }
    return render(request, "counselling/topics.html", context)


@require_POST
def standard(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    """Bring the standard topics that the school lacks."""
    school = _school(request, school_id)
    services.ensure_standard(school=school, by=request.user)
    htmx.toast(request, _("The standard topics are there."))
    return redirect(_home(school))


@require_http_methods(["GET", "POST"])
def topic_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    school = _school(request, school_id)
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_topic(school=school, by=request.user, **form.cleaned_data)
        except services.TopicRefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            htmx.toast(request, _("The topic is added."))
            return redirect(_home(school))
    return _form_page(request, school, form, title=_("A new topic"))


@require_http_methods(["GET", "POST"])
def topic_edit(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    topic = access.get_topic_or_404(request.user, public_id, on=timezone.localdate())
    own = {"name": topic.own_name, "guidance": topic.own_guidance, "colour": topic.colour}
    form = TopicForm(request.POST or None, initial=own, topic=topic)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_topic(topic=topic, by=request.user, **form.cleaned_data)
        except services.TopicRefusedError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            htmx.toast(request, _("The topic is changed."))
            return redirect(_home(topic.school))
    return _form_page(request, topic.school, form, title=topic.name)


def _form_page(request: SignedInRequest, school: School, form: TopicForm, *, title: str) -> HttpResponse:
    context = {"school": school, "form": form, "title": title, "back": _home(school), "colours": COLOURS}
    return render(request, "counselling/topics_form.html", context, status=422 if form.errors else 200)


@require_POST
def topic_move(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    topic = access.get_topic_or_404(request.user, public_id, on=timezone.localdate())
    form = MoveForm(request.POST)
    if form.is_valid():
        services.move_topic(topic=topic, up=form.cleaned_data["direction"] == "up", by=request.user)
    return redirect(_home(topic.school))


@require_POST
def topic_retire(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    topic = access.get_topic_or_404(request.user, public_id, on=timezone.localdate())
    services.set_in_use(topic=topic, in_use=False, by=request.user)
    undo = reverse("counselling:topic_restore", args=[topic.public_id])
    htmx.toast(request, _("Out of use: entries that have it keep it."), undo_url=undo)
    return redirect(_home(topic.school))


@require_POST
def topic_restore(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    topic = access.get_topic_or_404(request.user, public_id, on=timezone.localdate())
    try:
        services.set_in_use(topic=topic, in_use=True, by=request.user)
    except services.TopicRefusedError as refusal:
        htmx.toast(request, str(refusal), level=messages.ERROR)
    else:
        htmx.toast(request, _("The topic is in use again."))
    return redirect(_home(topic.school))
