"""The commands of the demo, and what it never touches."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.settings import base
from dashboards.models import CountedSchool
from demo import services
from demo.staff import PASSWORD, SIGN_INS
from schools.models import School
from tests.demo.test_seed import NOW
from tests.factories import factors
from tests.factories.places import PASSWORD as FACTORY_PASSWORD


def test_a_database_with_a_school_is_never_touched(school, student):
    with pytest.raises(services.NotEmptyError):
        services.seed_district(pupils=600, seed=7, now=NOW)
    with pytest.raises(services.NotADemoError):
        services.empty_demo()

    assert list(School.objects.all()) == [school]


@pytest.mark.django_db(transaction=True)
def test_the_commands_make_the_district_once_and_anew_only_on_demand():
    call_command("seed_demo", "--if-empty", pupils=60, stdout=StringIO())
    first = School.objects.values_list("pk", flat=True)[0]
    assert CountedSchool.objects.count() == 6
    quiet, loud, signins = StringIO(), StringIO(), StringIO()

    call_command("seed_demo", "--if-empty", pupils=60, stdout=quiet)
    with pytest.raises(CommandError, match="make demo-reset"):
        call_command("seed_demo", pupils=60)
    call_command("demo_signins", stdout=signins)
    kept = School.objects.filter(pk=first).exists()
    call_command("seed_demo", "--reset", pupils=60, stdout=loud)

    assert quiet.getvalue() == ""
    assert kept
    assert not School.objects.filter(pk=first).exists()
    assert "6 schools" in loud.getvalue()
    assert all(f"  {username} " in signins.getvalue() for username in SIGN_INS)
    assert PASSWORD in signins.getvalue()


@pytest.mark.django_db(transaction=True)
def test_reset_refuses_a_database_that_is_no_demo(school):
    with pytest.raises(CommandError, match="wasn't made by the demo"):
        call_command("seed_demo", "--reset", pupils=60)

    assert School.objects.get() == school


def test_demo_signins_says_so_where_nobody_is(db):
    out = StringIO()

    call_command("demo_signins", stdout=out)

    assert "seed_demo" in out.getvalue()


def test_production_knows_no_demo():
    assert "demo" not in base.INSTALLED_APPS


def test_the_code_of_somebody_who_isnt_of_the_demo_is_never_shown(client, demo_codes, homeroom_teacher):
    factors.make_app(homeroom_teacher)
    client.post("/accounts/login/", {"login": homeroom_teacher.username, "password": FACTORY_PASSWORD})

    assert client.get("/accounts/2fa/code/").context["demo_code"] == ""
