"""The scope of a transaction: whose it is, opened only with the program's proof, read only by the gate.

Everything lives in the schema `kl`, which the program may call and not read. The functions run as kl_gate, a
role nobody signs in with: policies let it read the few tables that say who works where, and nothing else.
"""

from django.core.management.base import CommandError
from django.db import migrations

from core import db_roles

FORWARD = f"""
CREATE SCHEMA kl;
REVOKE ALL ON SCHEMA kl FROM PUBLIC;
GRANT USAGE ON SCHEMA kl TO {db_roles.APP}, {db_roles.STATS}, {db_roles.DISTRICT}, {db_roles.BACKUP};
GRANT USAGE, CREATE ON SCHEMA kl TO {db_roles.GATE};
GRANT USAGE ON SCHEMA public TO {db_roles.GATE};

CREATE TABLE kl.setting (
    one boolean PRIMARY KEY CHECK (one),
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64),
    time_zone text NOT NULL
);
CREATE TABLE kl.scope (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id bigint,
    purpose text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX scope_user ON kl.scope (user_id);
CREATE INDEX scope_expires ON kl.scope (expires_at);
GRANT SELECT ON kl.setting TO {db_roles.GATE}, {db_roles.BACKUP};
GRANT SELECT, INSERT, UPDATE, DELETE ON kl.scope TO {db_roles.GATE};
GRANT SELECT ON kl.scope TO {db_roles.BACKUP};
GRANT SELECT (id, is_active) ON accounts_user TO {db_roles.GATE};

-- HMAC-SHA256 of the arguments, by hand: pgcrypto is a contrib extension.
CREATE FUNCTION kl.open_scope(hashed bytea, person bigint, purpose text, seconds int, proof bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said bytea := convert_to(encode(hashed, 'hex') || '|' || coalesce(person::text, '') || '|'
                             || purpose || '|' || seconds::text, 'UTF8');
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM kl.setting
        WHERE sha256(outer_pad || sha256(inner_pad || said)) = proof
    ) THEN
        RAISE EXCEPTION 'wrong scope proof';
    END IF;
    INSERT INTO kl.scope (token_hash, user_id, purpose, expires_at)
    VALUES (hashed, person, purpose, clock_timestamp() + make_interval(secs => seconds))
    ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at;
END $$;

CREATE FUNCTION kl.close_scope(hashed bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ DELETE FROM kl.scope WHERE token_hash = hashed $$;

CREATE FUNCTION kl.close_scopes_of(person bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ DELETE FROM kl.scope WHERE user_id = person $$;

CREATE FUNCTION kl.sweep_scopes() RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ DELETE FROM kl.scope WHERE expires_at < clock_timestamp() $$;

-- Whose scope this is: NULL without one, for a forged or expired token, for a closed account, for the program.
CREATE FUNCTION kl.me() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token text := nullif(current_setting('app.session', true), '');
    found bigint;
BEGIN
    IF token IS NOT NULL THEN
        SELECT scope.user_id INTO found
        FROM kl.scope JOIN public.accounts_user AS person ON person.id = scope.user_id AND person.is_active
        WHERE scope.token_hash = sha256(convert_to(token, 'UTF8')) AND scope.expires_at > clock_timestamp();
    END IF;
    RETURN found;
END $$;

-- What the scope is for ('web', 'api', or the purpose of a task); NULL without a scope.
CREATE FUNCTION kl.purpose() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token text := nullif(current_setting('app.session', true), '');
    found text;
BEGIN
    IF token IS NOT NULL THEN
        SELECT scope.purpose INTO found FROM kl.scope
        WHERE scope.token_hash = sha256(convert_to(token, 'UTF8')) AND scope.expires_at > clock_timestamp();
    END IF;
    RETURN found;
END $$;

-- Whether the program itself works here, in nobody's name.
CREATE FUNCTION kl.is_program() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token text := nullif(current_setting('app.session', true), '');
BEGIN
    RETURN token IS NOT NULL AND EXISTS (
        SELECT 1 FROM kl.scope
        WHERE scope.token_hash = sha256(convert_to(token, 'UTF8'))
          AND scope.expires_at > clock_timestamp() AND scope.user_id IS NULL
    );
END $$;
"""

FUNCTIONS = (
    "kl.open_scope(bytea, bigint, text, int, bytea)",
    "kl.close_scope(bytea)",
    "kl.close_scopes_of(bigint)",
    "kl.sweep_scopes()",
    "kl.me()",
    "kl.purpose()",
    "kl.is_program()",
)


def forward(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, oid, 'SET') FROM pg_roles WHERE rolname = %s", [db_roles.GATE]
        )
        if cursor.fetchone() != (True,):
            raise CommandError(f"The role {db_roles.GATE} is missing. Run `manage.py ensure_roles` first.")
    schema_editor.execute(FORWARD)
    for function in FUNCTIONS:
        schema_editor.execute(db_roles.hand_to_gate(function))


def backward(apps, schema_editor):
    schema_editor.execute(f"REVOKE SELECT (id, is_active) ON accounts_user FROM {db_roles.GATE};")
    schema_editor.execute("DROP SCHEMA kl CASCADE;")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_append_only_audit_and_cache"),
        ("accounts", "0002_user_names_differ_by_more_than_capitals"),
    ]
    operations = [migrations.RunPython(forward, backward, elidable=False)]
