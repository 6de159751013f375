"""What an event of the audit trail is called on a page, and which kind it is of.

Every code that the program records stands here, whichever app records it: tests/schools/test_audit.py reads
the source and fails on one without words.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import RowChange

EVENTS: dict[str, Promise] = {
    # --- looking -----------------------------------------------------------------------------
    "student.opened": _("Opened a child's page"),
    "student.searched": _("Searched for a child"),
    "student.printed": _("Printed a child's file"),
    "session.read": _("Read a restricted entry"),
    "follow_up.read": _("Read the note of a restricted follow-up"),
    "emergency.searched": _("Searched for a child in an emergency"),
    "emergency.opened": _("Opened a record in an emergency"),
    "emergency.ended": _("Ended an emergency access"),
    "emergency.reviewed": _("Judged an emergency access"),
    "emergency.sealed_approved": _("Opened sealed entries as the second person"),
    "roster.report_downloaded": _("Downloaded a roster report"),
    "audit.exported": _("Downloaded the audit trail"),
    "export.made": _("Had a file of children made"),
    "export.fetched": _("Downloaded a file of children"),
    "export.removed": _("Removed a file of children"),
    "unusual_reads.told": _("The list of unusual reads was sent"),
    # --- rights ------------------------------------------------------------------------------
    "membership.granted": _("Gave a role"),
    "membership.ended": _("Ended a role"),
    "membership.stand_in": _("Named a stand-in"),
    "membership.factors_reset": _("Reset somebody's second factor"),
    "invitation.made": _("Invited somebody"),
    "invitation.confirmed": _("Confirmed an invitation"),
    "invitation.accepted": _("Accepted an invitation"),
    "invitation.withdrawn": _("Took an invitation back"),
    "pairing.made": _("Paired a teacher with a child"),
    "pairing.ended": _("Ended a pairing"),
    "duty.planned": _("Planned a duty"),
    "duty.cancelled": _("Cancelled a duty"),
    "session.named": _("Named readers of an entry"),
    "session.shared": _("Let a colleague read an entry"),
    "session.unshared": _("Took the reading of an entry back"),
    # --- children ----------------------------------------------------------------------------
    "student.created": _("Added a child"),
    "student.updated": _("Changed a child's record"),
    "student.corrected": _("Corrected a child's record"),
    "student.renamed": _("Changed a child's name"),
    "student.enrolled": _("Put a child into a class"),
    "student.moved": _("Moved a child to another class"),
    "student.left": _("Noted that a child left"),
    "student.contact_changed": _("Changed a child's contact"),
    "person.contact_changed": _("Changed an adult's contact"),
    "guardian.added": _("Added an adult to a child's page"),
    "guardian.removed": _("Took an adult off a child's page"),
    "guardian.changed": _("Changed what is known of an adult"),
    "guardian.barred": _("Barred an adult from contact with a child"),
    "guardian.unbarred": _("Lifted a bar of contact"),
    "phone.added": _("Added a telephone number"),
    "phone.changed": _("Changed what is known of a number"),
    "phone.worked": _("Reached somebody at a number"),
    "phone.ended": _("Ended a telephone number"),
    "absence.recorded": _("Noted that a parent is away"),
    "absence.corrected": _("Corrected when a parent was away"),
    "window.added": _("Noted when somebody can be called"),
    "window.ended": _("Ended a time to call somebody"),
    "care.recorded": _("Noted who looks after a child"),
    "care.corrected": _("Corrected who looks after a child"),
    "roster.uploaded": _("Uploaded a roster"),
    "roster.row_decided": _("Decided a row of a roster"),
    "roster.confirmed": _("Confirmed a roster"),
    "roster.imported": _("Imported a roster"),
    "roster.withdrawn": _("Withdrew a roster"),
    "roster.failed": _("A roster failed"),
    # --- talks -------------------------------------------------------------------------------
    "session.logged": _("Logged a talk"),
    "session.corrected": _("Corrected an entry"),
    "session.withdrawn": _("Took an entry back"),
    "follow_up.promised": _("Promised a follow-up"),
    "follow_up.done": _("Kept a promise"),
    "follow_up.reopened": _("Reopened a follow-up"),
    "follow_up.moved": _("Moved a follow-up"),
    "follow_up.handed_over": _("Handed a follow-up over"),
    "follow_up.cancelled": _("Cancelled a follow-up"),
    "topics.standard_added": _("Added the standard topics"),
    "topic.added": _("Added a topic"),
    "topic.edited": _("Changed a topic"),
    "topic.moved": _("Moved a topic"),
    "topic.in_use": _("Took a topic into use"),
    "topic.out_of_use": _("Took a topic out of use"),
    # --- roll and leave ----------------------------------------------------------------------
    "roll.opened": _("Opened a roll call"),
    "roll.marked": _("Noted where a child is"),
    "roll.closed": _("Closed a roll call"),
    "roll.printed": _("Printed a roll call"),
    "roll.times_changed": _("Changed the times of the roll"),
    "leave.asked": _("Asked for a leave"),
    "leave.approved": _("Approved a leave"),
    "leave.refused": _("Refused a leave"),
    "leave.cancelled": _("Called a leave off"),
    "leave.out": _("Noted that a child went out"),
    "leave.back": _("Noted that a child came back"),
    "leave.gate_undone": _("Took a note of the gate back"),
    # --- the school --------------------------------------------------------------------------
    "school.added": _("Added the school"),
    "school_class.added": _("Added a class"),
    "school_year.added": _("Added a school year"),
    "school_year.edited": _("Changed a school year"),
    "school_year.removed": _("Removed a school year"),
    "term.added": _("Added a term"),
    "term.edited": _("Changed a term"),
    "term.removed": _("Removed a term"),
    "school_days.added": _("Added special days"),
    "school_day.edited": _("Changed a special day"),
    "school_day.removed": _("Removed a special day"),
    # --- calls home --------------------------------------------------------------------------
    "school_phone.added": _("Added a telephone of the school"),
    "school_phone.ended": _("Took a telephone of the school out of use"),
    "call_window.added": _("Opened the telephones on a weekday"),
    "call_window.ended": _("Closed the telephones on a weekday"),
    "call_exception.set": _("Set other hours for calls on a day"),
    "call_exception.removed": _("Removed other hours for calls on a day"),
    "rota.asked": _("Had a week of calls planned"),
    "rota.solved": _("A week of calls was planned"),
    "rota.failed": _("Planning a week of calls failed"),
    "rota.published": _("Published a week of calls"),
    "rota.withdrawn": _("Withdrew a week of calls"),
    "rota.printed": _("Printed a week of calls"),
    "call.booked": _("Booked a call home"),
    "call.moved": _("Moved a call home"),
    "call.cancelled": _("Cancelled a call home"),
    # --- houses ------------------------------------------------------------------------------
    "building.added": _("Added a house"),
    "building.changed": _("Changed a house"),
    "rooms.added": _("Added rooms"),
    "room.changed": _("Changed a room"),
    "bed.out_of_order": _("Set a bed out of order"),
    "bed.in_order": _("Set a bed in order again"),
    "house_file.read": _("Read a sheet of rooms"),
    "house_file.confirmed": _("Set up the rooms of a sheet"),
    "stay.given": _("Gave a child a bed"),
    "stay.moved": _("Moved a child to another bed"),
    "stay.ended": _("Ended a child's stay in a bed"),
    "plan.started": _("Had beds planned"),
    "plan.ready": _("Beds were planned"),
    "plan.impossible": _("No plan for beds exists"),
    "plan.failed": _("Planning beds failed"),
    "plan.changed": _("Changed a plan for beds"),
    "plan.approved": _("Approved a plan for beds"),
    "plan.undone": _("Undid a plan for beds"),
    "plan.dropped": _("Dropped a plan for beds"),
    "bed_rule.added": _("Added a rule for the houses"),
    "bed_rule.ended": _("Ended a rule for the houses"),
    "bed_rule.reason_read": _("Read why a rule for the houses is there"),
    # --- the district ------------------------------------------------------------------------
    "district.exported": _("Saved the district's figures as a file"),
    "counts.checked": _("The district's counts were compared with the schools' rows"),
    "statistics.asked": _("Had a month of statistics checked for publishing"),
    "statistics.released": _("Published a month of statistics"),
    "statistics.refused": _("A month of statistics was refused by the check"),
    "statistics.exported": _("Saved published statistics as a file"),
    "return.asked": _("Had a return with exact counts drawn up"),
    "return.made": _("A return with exact counts was drawn up"),
    "return.fetched": _("Fetched a return with exact counts"),
    "reminder.planned": _("Planned a reminder"),
    "reminder.cancelled": _("Cancelled a reminder"),
    "reminder.resolved": _("Decided about a reminder"),
    "reminder.dropped": _("A reminder was dropped"),
    "reminder.failed": _("A reminder failed"),
    "reminder.sent": _("A reminder was sent"),
    "reminder.asked": _("The gateway said what became of a reminder"),
    "call.noted": _("Noted how a call went"),
    "call.answered": _("A parent answered to a call"),
    "contact.noted": _("Noted a contact with home"),
    "home_task.made": _("Nobody at home was reached"),
    "home_task.done": _("Settled that nobody was reached"),
    "contact_clock.set": _("Set when parents are due"),
    "outsider.opted_out": _("Asked for no more messages"),
    "outsider.opted_in": _("Asked for messages again"),
    "outsider.quiet_hours": _("Set somebody's quiet hours for messages"),
    "reminder.uncertain": _("A reminder's fate is unknown"),
}

READS = (
    "student.opened",
    "student.searched",
    "session.read",
    "follow_up.read",
    "emergency.searched",
    "emergency.opened",
    "bed_rule.reason_read",
)
COPIES = (
    "student.printed",
    "rota.printed",
    "roll.printed",
    "roster.report_downloaded",
    "audit.exported",
    "export.made",
    "export.fetched",
    "export.removed",
)
RIGHTS = (
    "membership.granted",
    "membership.ended",
    "membership.stand_in",
    "membership.factors_reset",
    "invitation.made",
    "invitation.confirmed",
    "invitation.accepted",
    "invitation.withdrawn",
    "pairing.made",
    "pairing.ended",
    "duty.planned",
    "duty.cancelled",
    "emergency.reviewed",
    "emergency.sealed_approved",
    "session.named",
    "session.shared",
    "session.unshared",
)

# Why somebody might: the codes of schools.access.Reason, as the event keeps them.
REASONS: dict[str, Promise] = {
    "class": _("own class"),
    "pairing": _("paired with the child"),
    "counsellor": _("counsellor"),
    "lead": _("safeguarding lead"),
    "warden": _("boarder of the school"),
    "admin": _("administrator"),
    "head": _("head teacher"),
    "duty": _("on duty"),
    "stand_in": _("stand-in"),
    "emergency": _("emergency access"),
}

DEPTHS: dict[str, Promise] = {
    "contact": _("telephone numbers"),
    "home": _("home"),
    "health": _("health"),
    "identity": _("identity numbers"),
}

# What the database notes about a row.
OPS: dict[str, Promise] = {
    RowChange.Op.INSERT: pgettext_lazy("a row", "added"),
    RowChange.Op.UPDATE: pgettext_lazy("a row", "changed"),
    RowChange.Op.DELETE: pgettext_lazy("a row", "deleted"),
}


def of(event: str) -> str:
    """The words of a code; a code of a later version stands for itself."""
    return str(EVENTS.get(event, event))


def why(details: dict[str, object]) -> str:
    """The reason that an event keeps, in words."""
    code = str(details.get("reason", ""))
    return str(REASONS.get(code, code))


def depths(details: dict[str, object]) -> list[str]:
    """What was shown beside the page itself, in words."""
    shown = details.get("shown", [])
    return [str(DEPTHS[one]) for one in shown if one in DEPTHS] if isinstance(shown, list) else []
