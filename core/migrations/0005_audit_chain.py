"""The trail that can be believed: changes noted by the database, every row hashed and linked into its chain.

The canonical text that is hashed is PostgreSQL's own text of a jsonb object: keys by length, then by bytes; times in
UTC with microseconds; "v" is the version of the form. core/audit_chain.py works it out anew to verify;
tests/core/test_audit_chain.py holds both to the same golden rows.
"""

from django.db import migrations, models

from core import db_roles

UTC = """to_char({}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

EVENT_TEXT = f"""jsonb_build_object('v', 1, 'kind', 'event', 'id', NEW.id, 'at', {UTC.format("NEW")},
        'event', NEW.event, 'actor_id', NEW.actor_id, 'actor_name', NEW.actor_name, 'school_id', NEW.school_id,
        'target_type', NEW.target_type, 'target_id', NEW.target_id, 'details', NEW.details,
        'subject_id', NEW.subject_id,
        'request_id', NEW.request_id, 'batch', NEW.batch)::text"""

CHANGE_TEXT = f"""jsonb_build_object('v', 1, 'kind', 'change', 'id', made.id, 'at', {UTC.format("made")},
        'school_id', made.school_id, 'table_name', made.table_name, 'row_id', made.row_id, 'op', made.op,
        'changed', made.changed, 'user_id', made.user_id, 'purpose', made.purpose,
        'request_id', made.request_id, 'batch', made.batch)::text"""

FUNCTIONS = f"""
-- The number of this transaction in the trail. The first to ask plans the linking at the commit.
CREATE FUNCTION kl.audit_batch() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    this bigint := pg_current_xact_id()::text::bigint;
    found bigint;
BEGIN
    SELECT id INTO found FROM public.core_auditpending WHERE txid = this;
    IF found IS NULL THEN
        INSERT INTO public.core_auditpending (txid) VALUES (this) RETURNING id INTO found;
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION kl.stamp_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.batch := kl.audit_batch();
    NEW.row_hash := sha256(convert_to({EVENT_TEXT}, 'UTF8'));
    RETURN NEW;
END $$;

-- What a deleted row said, in the columns that may be shown.
CREATE FUNCTION kl.row_values(was jsonb, shown text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(was -> name, NULL)), '{{}}'::jsonb)
    FROM unnest(shown) AS name WHERE was -> name NOT IN ('null', '""')
$$;

CREATE FUNCTION kl.note_changes(
    of_table text, of_op text, row_ids bigint[], school_ids bigint[], changes jsonb[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.core_rowchange (
        id, at, school_id, table_name, row_id, op, changed, user_id, purpose, request_id, batch, row_hash
    )
    SELECT made.*, sha256(convert_to({CHANGE_TEXT}, 'UTF8'))
    FROM (
        SELECT nextval('public.core_rowchange_id_seq') AS id, said.at, one.school_id, of_table AS table_name,
            one.row_id, of_op AS op, one.changed, said.user_id, said.purpose, said.request_id, said.batch
        FROM (
            SELECT clock_timestamp() AS at, kl.me() AS user_id, coalesce(kl.purpose(), '') AS purpose,
                left(coalesce(current_setting('app.request', true), ''), 32) AS request_id,
                kl.audit_batch() AS batch
            OFFSET 0
        ) AS said,
        unnest(row_ids, school_ids, changes) AS one (row_id, school_id, changed)
        OFFSET 0
    ) AS made
$$;

CREATE FUNCTION kl.append_link(of_chain bigint, of_batch bigint, of_txid bigint, of_rows text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head record;
    moment timestamptz;
    made bytea;
BEGIN
    INSERT INTO public.core_audithead (chain, seq, hash) VALUES (of_chain, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (chain) DO NOTHING;
    SELECT seq + 1 AS seq, hash INTO head FROM public.core_audithead WHERE chain = of_chain FOR UPDATE;
    moment := clock_timestamp();
    made := sha256(head.hash || convert_to(
        concat_ws(E'\\n', 'kiteline-audit-1', of_chain, head.seq,
            to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), of_batch, of_txid, of_rows),
        'UTF8'));
    INSERT INTO public.core_auditlink (chain, seq, at, batch, txid, rows, prev_hash, hash)
    VALUES (of_chain, head.seq, moment, of_batch, of_txid, of_rows, head.hash, made);
    UPDATE public.core_audithead SET seq = head.seq, hash = made WHERE chain = of_chain;
END $$;

-- One link for each chain that the transaction touched, chains in ascending order so that two never wait in a ring.
CREATE FUNCTION kl.link_batch(of_batch bigint, of_txid bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT said.chain,
            string_agg(said.kind || said.id || ' ' || encode(said.row_hash, 'hex'), E'\\n'
                       ORDER BY said.kind, said.id) AS rows
        FROM (
            SELECT coalesce(school_id, 0) AS chain, 'e' AS kind, id, row_hash
            FROM public.core_auditevent WHERE batch = of_batch
            UNION ALL
            SELECT coalesce(school_id, 0), 'c', id, row_hash FROM public.core_rowchange WHERE batch = of_batch
        ) AS said
        GROUP BY said.chain ORDER BY said.chain
    LOOP
        PERFORM kl.append_link(one.chain, of_batch, of_txid, one.rows);
    END LOOP;
END $$;

CREATE FUNCTION kl.link_pending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM kl.link_batch(NEW.id, NEW.txid);
    DELETE FROM public.core_auditpending WHERE id = NEW.id;
    RETURN NULL;
END $$;

-- For signing and verifying; nothing in it is secret, but only the program has a use for it.
CREATE FUNCTION kl.audit_heads() RETURNS TABLE (chain bigint, seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT chain, seq, hash FROM public.core_audithead WHERE kl.is_program() ORDER BY chain
$$;
"""

SIGNATURES = (
    "kl.audit_batch()",
    "kl.stamp_event()",
    "kl.row_values(jsonb, text[])",
    "kl.note_changes(text, text, bigint[], bigint[], jsonb[])",
    "kl.append_link(bigint, bigint, bigint, text)",
    "kl.link_batch(bigint, bigint)",
    "kl.link_pending()",
    "kl.audit_heads()",
)
# What writes into the trail is called by triggers alone: a statement slipped into the program can't forge a row.
CLOSED = tuple(name for name in SIGNATURES if name != "kl.audit_heads()")

TRIGGERS = """
CREATE TRIGGER stamp BEFORE INSERT ON core_auditevent FOR EACH ROW EXECUTE FUNCTION kl.stamp_event();
CREATE CONSTRAINT TRIGGER link AFTER INSERT ON core_auditpending DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION kl.link_pending();
"""

# Events of before this migration become the first link of their chain.
EARLIER = f"""
UPDATE core_auditevent SET batch = 0 WHERE batch IS NULL;
UPDATE core_auditevent AS e SET row_hash = sha256(convert_to({EVENT_TEXT.replace("NEW.", "e.")}, 'UTF8'));
"""

RIGHTS = f"""
REVOKE INSERT, UPDATE, DELETE ON core_rowchange, core_auditlink FROM {db_roles.APP};
REVOKE ALL ON core_audithead, core_auditpending FROM {db_roles.APP}, {db_roles.STATS};
REVOKE ALL ON core_rowchange, core_auditlink, core_auditevent FROM {db_roles.STATS};
GRANT SELECT, INSERT ON core_rowchange, core_auditlink TO {db_roles.GATE};
GRANT SELECT ON core_auditevent TO {db_roles.GATE};
GRANT SELECT, INSERT, UPDATE ON core_audithead TO {db_roles.GATE};
GRANT SELECT, INSERT, DELETE ON core_auditpending TO {db_roles.GATE};
GRANT USAGE ON SEQUENCE core_rowchange_id_seq, core_auditlink_id_seq, core_auditpending_id_seq TO {db_roles.GATE};
"""

TABLES = ("core_auditevent", "core_rowchange", "core_auditlink", "core_audithead", "core_auditpending")
# The program reads the first three in a scope of its own; who of a school may read is said in schools 0005.
POLICIES = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY gate ON {table} TO {db_roles.GATE} USING (true) WITH CHECK (true);
CREATE POLICY program_reads ON {table} FOR SELECT TO {db_roles.APP} USING ((SELECT kl.is_program()));
"""
    for table in TABLES
)
# Nobody signs an event with another person's number. Without a scope (a sign-in that fails) anybody may add one.
INSERTING = f"""
CREATE POLICY in_own_name ON core_auditevent FOR INSERT TO {db_roles.APP}
    WITH CHECK (actor_id IS NULL OR (SELECT kl.me()) IS NULL OR actor_id = (SELECT kl.me()));
"""


def make_functions(apps, schema_editor):
    schema_editor.execute(FUNCTIONS)
    schema_editor.execute(RIGHTS)
    for name in CLOSED:
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC;")


def hand_over(apps, schema_editor):
    for name in SIGNATURES:
        schema_editor.execute(db_roles.hand_to_gate(name))


def link_earlier(apps, schema_editor):
    schema_editor.execute(EARLIER)
    schema_editor.execute("SELECT kl.link_batch(0, 0)")


def drop_functions(apps, schema_editor):
    for name in reversed(SIGNATURES):
        schema_editor.execute(f"DROP FUNCTION {name};")


class Migration(migrations.Migration):
    dependencies = [("core", "0004_tenancy")]
    operations = [
        migrations.AddField(
            "auditevent",
            "request_id",
            models.CharField(blank=True, default="", max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditevent",
            "subject_id",
            models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                fields=["subject_id", "-id"],
                name="core_audit_subject",
                condition=models.Q(("subject_id", ""), _negated=True),
            ),
        ),
        migrations.AddField("auditevent", "batch", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField("auditevent", "row_hash", models.BinaryField(editable=False, null=True)),
        migrations.CreateModel(
            name="RowChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("school_id", models.BigIntegerField(null=True)),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                (
                    "op",
                    models.CharField(
                        choices=[("insert", "Insert"), ("update", "Update"), ("delete", "Delete")],
                        max_length=6,
                    ),
                ),
                ("changed", models.JSONField(default=dict)),
                ("user_id", models.BigIntegerField(null=True)),
                ("purpose", models.CharField(blank=True, max_length=80)),
                ("request_id", models.CharField(blank=True, max_length=32)),
                ("batch", models.BigIntegerField(db_index=True)),
                ("row_hash", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["school_id", "-id"], name="core_rowchange_school"),
                    models.Index(fields=["table_name", "row_id", "-id"], name="core_rowchange_row"),
                ]
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("batch", models.BigIntegerField(db_index=True)),
                ("txid", models.BigIntegerField()),
                ("rows", models.TextField()),
                ("prev_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("chain", "seq"), name="core_auditlink_seq")]
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("chain", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditPending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("txid", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.RunPython(make_functions, drop_functions, elidable=False),
        migrations.RunPython(link_earlier, migrations.RunPython.noop, elidable=False),
        migrations.AlterField("auditevent", "batch", models.BigIntegerField(db_index=True, editable=False)),
        migrations.AlterField("auditevent", "row_hash", models.BinaryField(editable=False)),
        migrations.RunSQL(
            TRIGGERS, "DROP TRIGGER stamp ON core_auditevent; DROP TRIGGER link ON core_auditpending;"
        ),
        migrations.RunPython(hand_over, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(
            POLICIES + INSERTING,
            "DROP POLICY in_own_name ON core_auditevent;"
            + "".join(
                f"DROP POLICY gate ON {table}; DROP POLICY program_reads ON {table};"
                f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
                for table in TABLES
            ),
        ),
    ]
