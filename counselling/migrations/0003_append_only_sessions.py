"""What a talk was can't be changed either: the program may only mark an entry as taken back."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counselling", "0002_append_only_texts")]

    operations = [
        migrations.RunSQL(
            """
            REVOKE UPDATE, DELETE ON counselling_session FROM kl_app;
            GRANT UPDATE (withdrawn_at, withdrawn_by_id) ON counselling_session TO kl_app;
            """,
            """
            REVOKE UPDATE (withdrawn_at, withdrawn_by_id) ON counselling_session FROM kl_app;
            GRANT UPDATE, DELETE ON counselling_session TO kl_app;
            """,
        ),
    ]
