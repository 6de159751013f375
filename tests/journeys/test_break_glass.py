"""An emergency in a real browser: opened with a reason, judged by the lead, closed by the verdict."""

from __future__ import annotations

from students.models import EmergencyAccess

REASON = "She fainted in the yard and nobody reaches her homeroom teacher."


def test_a_use_that_was_not_justified_is_closed_by_the_verdict(visit, student, other_teacher, lead):
    teacher = visit(width=360)
    teacher.sign_in("other_teacher")
    teacher.open(f"/children/{student.public_id}/break-glass/")
    page = teacher.page
    page.fill("[name=reason]", "too short")
    page.click("main form button:has-text('Open the record')")
    page.wait_for_selector("text=Write at least 30 characters")
    assert page.input_value("[name=reason]") == "too short"
    page.fill("[name=reason]", REASON)
    page.click("main form button:has-text('Open the record')")
    page.wait_for_selector("text=You have opened this record in an emergency")

    judge = visit()
    judge.sign_in(lead.username)
    judge.open(f"/break-glass/{EmergencyAccess.objects.get().public_id}/")
    assert REASON in judge.text()
    judge.page.click("label:has([value=unjustified])")
    judge.page.fill("[name=note]", "A call would have done.")
    judge.page.click("button:has-text('Save the verdict')")
    judge.page.wait_for_selector("text=Noted.")

    assert EmergencyAccess.objects.get().ended_at is not None
    assert judge.problems == []
    assert teacher.page.goto(f"{teacher.site.base}/children/{student.public_id}/").status == 404
