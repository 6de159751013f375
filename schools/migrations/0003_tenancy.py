from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0002_invitations_of_officials_and_of_the_first_people"),
        ("core", "0005_audit_chain"),
        ("core", "0004_tenancy"),
    ]
    operations = []
