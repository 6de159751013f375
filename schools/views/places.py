"""The school's own page and its classes."""

from __future__ import annotations

import uuid
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from accounts.permissions import Perm
from schools import access, forms, selectors, services
from schools.views._forms import answer


@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The schools I may see; with one alone, that one."""
    page = selectors.schools_page(request.user, on=timezone.localdate(), cursor=request.GET.get("cursor"))
    if len(page) == 1 and not page.next_cursor and not page.previous_cursor:
        return redirect("schools:detail", page.rows[0].public_id)
    return render(request, "schools/overview.html", {"page": page, "title": _("Schools")})


@require_safe
def detail(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.SCHOOL_VIEW, on=on)
    page = selectors.school_page(request.user, school, on=on)
    return render(request, "schools/detail.html", {"page": page, "school": school, "title": school.name})


@require_http_methods(["GET", "POST"])
def class_new(request: SignedInRequest, school_id: uuid.UUID) -> HttpResponse:
    on = timezone.localdate()
    school = access.get_school_or_404(request.user, school_id, Perm.SCHOOL_MANAGE, on=on)
    year = selectors.current_year(school, on=on)
    form = forms.ClassForm(
        request.POST or None, years=selectors.years(school), initial={"year": year.pk if year else None}
    )
    return answer(
        request,
        form,
        partial(services.add_class, by=request.user),
        title=_("A new class"),
        button=_("Add the class"),
        back=reverse("schools:detail", args=[school.public_id]),
        done=_("The class is added."),
    )
