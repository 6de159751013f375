"""A new code sheet for a colleague who lost telephone, key or sheet, handed over face to face."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from accounts.second_factor import services as factor_services
from core import audit, tenancy
from schools import access
from schools.models import Membership, School
from schools.services.errors import RefusedError


@transaction.atomic
def reset_factors(*, membership: Membership, school: School, by: User, now: datetime) -> list[str]:
    """Take a colleague's factors away and return the codes of a new sheet, this once; `by` hands it over.

    It opens nothing without their password. Their sessions end, and they are told. Nobody does it for
    themselves: a stolen session could so shake off the factor. Whoever works elsewhere too is helped by the
    operator (`manage.py reset_second_factor`), since this school doesn't answer for the other.
    Raises RefusedError.
    """
    user, on = membership.user, timezone.localdate(now)
    if user.pk == by.pk:
        raise RefusedError(_("Nobody does this for themselves; ask a colleague who may."))
    if not Membership.objects.active(on).filter(pk=membership.pk).exists() or not user.is_active:
        raise RefusedError(_("This role has ended."))
    with tenancy.program("second factor reset"):
        theirs = access.grants(User.objects.get(pk=user.pk), on=on)
    mine = access.school_ids(by, Perm.MEMBER_INVITE, on=on)
    if any(grant.school_id not in mine for grant in theirs):
        raise RefusedError(_("They work elsewhere too: whoever runs the program helps them."))
    codes = factor_services.reset(user=user, by=by, now=now)
    audit.record("membership.factors_reset", by=by, target=membership, school_id=school.pk)
    return codes
