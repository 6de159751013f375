"""Row security of reminders: those of my schools, and those to me."""

from django.db import migrations

from core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0001_initial"),
        ("schools", "0003_tenancy"),
    ]
    operations = [
        rls.protect(
            "reminders_reminder",
            rls.by_school(),
            rls.Policy("mine", using=f"recipient_id = {rls.ME}", command="SELECT"),
        ),
    ]
