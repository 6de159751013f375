"""The program may add to the audit trail and read it, nothing else; and the table of counts for throttling."""

from django.db import migrations

# What `createcachetable` makes; written out, since that command knows no migrations to go back by.
CREATE_CACHE = """
CREATE TABLE IF NOT EXISTS core_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_event")]

    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON core_auditevent FROM kl_app",
            "GRANT UPDATE, DELETE ON core_auditevent TO kl_app",
        ),
        migrations.RunSQL(CREATE_CACHE, "DROP TABLE core_cache"),
    ]
