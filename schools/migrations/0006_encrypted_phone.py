"""Telephone numbers of invited people, encrypted in the column (core.fields)."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations
from django.db.models import CheckConstraint, Q

from core.closing import encrypt_column
from core.fields import EncryptedTextField

TWO_PEOPLE = ["counsellor", "safeguarding_lead", "school_admin", "head_teacher"]
TAKEN_UP_BY_TWO = CheckConstraint(
    name="schools_invitation_taken_up_by_two",
    condition=Q(accepted_at=None)
    | Q(invited_by=None)
    | Q(confirmed_at__isnull=False)
    | ~Q(role__in=TWO_PEOPLE),
)

# PostgreSQL checks a NOT VALID constraint at every later change of an old row, the rotation of keys included,
# and invitations taken up before that rule (0004) had no second person. Their number has done its work (the
# account has its own), so it goes; an empty one is never written again.
FORGET_USED_NUMBERS = """
ALTER TABLE schools_invitation NO FORCE ROW LEVEL SECURITY;
UPDATE schools_invitation SET phone = ''
WHERE accepted_at IS NOT NULL AND invited_by_id IS NOT NULL AND confirmed_at IS NULL
  AND role IN ('counsellor', 'safeguarding_lead', 'school_admin', 'head_teacher');
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE schools_invitation FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0005_audit_triggers"),
    ]
    operations = [
        migrations.RemoveConstraint("invitation", "schools_invitation_taken_up_by_two"),
        migrations.RunSQL(FORGET_USED_NUMBERS, migrations.RunSQL.noop),
        *encrypt_column(
            "schools", "invitation", "phone", EncryptedTextField("telephone", blank=True, max_length=20)
        ),
        AddConstraintNotValid("invitation", TAKEN_UP_BY_TWO),
    ]
