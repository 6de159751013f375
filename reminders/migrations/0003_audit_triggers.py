"""Changes of reminders are noted by the database; the sender's own bookkeeping aside."""

from django.db import migrations

from core.row_history import watch


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0002_tenancy"),
        ("core", "0005_audit_chain"),
    ]
    operations = [
        watch(
            "reminders_reminder",
            shown=[
                *("public_id", "school_id", "recipient_id", "channel", "category", "about", "url_path"),
                *("from_name", "due_at", "expires_at", "state", "attempt", "refusals", "next_try_at"),
                *("lease_until", "leased_by", "send_begun_at", "sent_at", "cancelled_at", "last_error"),
                *("read_at", "created_at"),
            ],
            ignored=["attempt", "refusals", "next_try_at", "lease_until", "leased_by", "send_begun_at"],
        ),
    ]
