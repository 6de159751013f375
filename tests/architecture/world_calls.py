"""The objects of the calls pages that URLs in the access matrix point at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from calls.models import Call, HomeTask
from tests import factories

LATER = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)  # a Monday evening


def make(*, school: Any, school_class: Any, student: Any, author: Any, admin: Any) -> dict[str, Any]:
    """Argument name → value for the URL. A planned call of the pupil, and a previewed week with another."""
    number = factories.make_number(factories.make_adult(student, "李阿姨"), "13800138111")
    phone = factories.make_phone(school, "大厅")
    window = factories.make_call_window(school)
    factories.make_call_exception(school, date(2027, 3, 1))
    rota = factories.make_rota(school, by=admin, monday=date(2027, 3, 8))
    factories.make_left_out(rota, student)
    factories.make_call(student, number, phone=phone, starts_at=LATER, rota=rota, state=Call.State.PROPOSED)
    return {
        "phone": phone.public_id,
        "call_window": window.public_id,
        "rota": rota.public_id,
    }


def of_pupil(student: Any) -> dict[str, Any]:
    """What hangs on one pupil: a planned call on a telephone of its own, and a task for the class teacher."""
    adult = factories.make_adult(student, "李叔叔", "father", priority=2)
    number = factories.make_number(adult, f"139{student.pk:08d}")
    phone = factories.make_phone(student.school, f"话机{student.pk}")
    call = factories.make_call(student, number, phone=phone, starts_at=LATER)
    task = HomeTask.objects.create(school=student.school, student=student, call=call, made_at=call.made_at)
    return {"call": call.public_id, "home_task": task.public_id}
