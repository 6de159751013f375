"""What whoever runs the server does for people."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEvent
from tests import factories


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def test_a_closed_account_loses_its_running_session(client, db):
    user = factories.make_user("wang", phone="13812345678")
    client.force_login(user)

    run("close_account", "138 1234 5678")

    assert client.get("/me/").status_code == 302


def test_a_printed_link_sets_a_new_password_and_is_written_down(client, db):
    user = factories.make_user("wang")

    link = run("password_link", "wang")

    form = client.get(link[link.index("/accounts/") :])["Location"]
    client.post(form, {"password1": "three calm herons", "password2": "three calm herons"})
    user.refresh_from_db()
    assert user.check_password("three calm herons")
    assert AuditEvent.objects.filter(event="user.password_link_made").exists()


@pytest.mark.parametrize("command", ["close_account", "password_link"])
def test_an_unknown_name_is_said_in_one_line(db, command):
    with pytest.raises(CommandError, match="Nobody signs in as nobody"):
        run(command, "nobody")


def test_a_closed_account_gets_no_link(db):
    factories.make_user("wang", is_active=False)

    with pytest.raises(CommandError):
        run("password_link", "wang")
