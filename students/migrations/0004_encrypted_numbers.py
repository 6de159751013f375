"""Identity and telephone numbers, and what an import holds, encrypted in the column (core.fields)."""

from django.db import migrations, models
from django.db.models import Q

from core.closing import encrypt_column, settle
from core.fields import BlindIndex, EncryptedBinaryField, EncryptedJSONField, SearchableTextField
from students import finder_keys

BLIND = (finder_keys.IDENTITY, finder_keys.PHONE)


def blind_finder_keys(apps, schema_editor):
    """The finder's clear numbers go; what is kept of them now is written from the pupils' records."""
    schema_editor.execute("ALTER TABLE students_finderkey NO FORCE ROW LEVEL SECURITY")
    schema_editor.execute("ALTER TABLE students_student NO FORCE ROW LEVEL SECURITY")
    schema_editor.execute("ALTER TABLE students_person NO FORCE ROW LEVEL SECURITY")
    schema_editor.execute("ALTER TABLE students_guardianlink NO FORCE ROW LEVEL SECURITY")
    alias = schema_editor.connection.alias
    key_model = apps.get_model("students", "FinderKey")
    key_model.objects.using(alias).filter(kind__in=BLIND).delete()
    phones: dict[int, set[str]] = {}
    links = apps.get_model("students", "GuardianLink").objects.using(alias)
    for student_id, phone in links.filter(person__phone__isnull=False).values_list("student_id", "person__phone"):
        phones.setdefault(student_id, set()).add(phone)
    students = apps.get_model("students", "Student").objects.using(alias)
    found = []
    for one in students.only("school_id", "phone", "national_number", "identity_number"):
        keys = finder_keys.keys_of(
            school_id=one.school_id,
            names=[],
            numbers=[],
            identities=[one.national_number, one.identity_number],
            phones=[one.phone, *phones.get(one.pk, ())],
        )
        found += [key_model(school_id=one.school_id, student_id=one.pk, kind=kind, key=key) for kind, key in keys]
    key_model.objects.using(alias).bulk_create(found, batch_size=5_000)
    settle(schema_editor)
    for table in ("students_finderkey", "students_student", "students_person", "students_guardianlink"):
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0003_tenancy"),
    ]
    operations = [
        migrations.RemoveConstraint("student", "students_national_number"),
        migrations.RemoveConstraint("student", "students_identity_number"),
        migrations.RemoveConstraint("rosterimport", "students_roster_file_while_unread"),
        *encrypt_column(
            "students",
            "student",
            "national_number",
            SearchableTextField("national school number", blank=True, max_length=19),
        ),
        *encrypt_column(
            "students", "student", "identity_number", SearchableTextField("identity number", blank=True, max_length=18)
        ),
        *encrypt_column("students", "student", "phone", SearchableTextField("telephone", blank=True, max_length=20)),
        *encrypt_column("students", "person", "phone", SearchableTextField("telephone", blank=True, max_length=20)),
        *encrypt_column("students", "rosterimport", "content", EncryptedBinaryField()),
        *encrypt_column("students", "rosterimport", "table", EncryptedJSONField(blank=True, default=dict)),
        *encrypt_column("students", "rosterrow", "pupil", EncryptedJSONField(blank=True, default=dict)),
        *encrypt_column("students", "rosterrow", "changes", EncryptedJSONField(blank=True, default=list)),
        migrations.AddConstraint(
            "student",
            models.UniqueConstraint(
                "school",
                BlindIndex("national_number"),
                name="students_national_number",
                condition=Q(national_number__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "student",
            models.UniqueConstraint(
                "school",
                BlindIndex("identity_number"),
                name="students_identity_number",
                condition=Q(identity_number__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "rosterimport",
            models.CheckConstraint(
                name="students_roster_file_while_unread", condition=Q(state="uploaded") | Q(content__isnull=True)
            ),
        ),
        migrations.AddIndex(
            "person", models.Index("school", BlindIndex("phone"), name="students_person_phone")
        ),
        migrations.RunPython(blind_finder_keys, migrations.RunPython.noop),
    ]
