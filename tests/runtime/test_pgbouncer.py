"""Behind PgBouncer in transaction mode, where every transaction may run on somebody else's connection."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse

from core import tenancy
from students.models import Student
from tests.runtime.conftest import a_free_port
from tests.runtime.servers import stop, wait_for

BOUNCER = shutil.which("pgbouncer", path=f"/usr/sbin:{os.environ['PATH']}")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(BOUNCER is None, reason="needs Debian's pgbouncer"),
]


def _owner_of(folder: str) -> str:
    """Who may enter the folder of the embedded server's socket; PgBouncer refuses to run as root."""
    return pwd.getpwuid(Path(folder).stat().st_uid).pw_name


class Bouncer:
    """A PgBouncer with a single connection to the database, which everybody shares."""

    def __init__(self, folder: Path) -> None:
        self.port = a_free_port()
        self.database = connections["default"].settings_dict["NAME"]
        (folder / "users.txt").write_text('"kl_app" ""\n')
        (folder / "pgbouncer.ini").write_text(self._settings(folder))
        for path in folder.iterdir():
            path.chmod(0o644)
        user = ["-u", _owner_of(connections["default"].settings_dict["HOST"])] if os.getuid() == 0 else []
        self.process = subprocess.Popen(
            [str(BOUNCER), "-q", *user, str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL
        )
        wait_for(self._answers, "PgBouncer", 20)

    def _settings(self, folder: Path) -> str:
        given = connections["default"].settings_dict
        server = f"host={given['HOST']} port={given['PORT'] or 5432} dbname={self.database}"
        return (
            f"[databases]\n{self.database} = {server}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {folder}/users.txt\n"
            "pool_mode = transaction\ndefault_pool_size = 1\nmax_client_conn = 50\n"
            "ignore_startup_parameters = extra_float_digits,options\n"
        )

    def raw(self) -> psycopg2.extensions.connection:
        return psycopg2.connect(host="127.0.0.1", port=self.port, user="kl_app", dbname=self.database)

    def _answers(self) -> bool:
        try:
            self.raw().close()
        except psycopg2.OperationalError:
            return False
        return True

    def wrapper(self) -> BaseDatabaseWrapper:
        """Django's connection of this thread, through the bouncer."""
        made = connections.create_connection("default")
        made.settings_dict = {
            **connections["default"].settings_dict,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "OPTIONS": {},
            "USER": "kl_app",
        }
        return made


@pytest.fixture
def bouncer(db, folder) -> Iterator[Bouncer]:
    assert settings.EMBEDDED
    made = Bouncer(folder)
    yield made
    stop(made.process)


@pytest.fixture
def bounced(bouncer) -> Iterator[BaseDatabaseWrapper]:
    """This thread's `default` goes through the bouncer."""
    direct = connections["default"]
    made = connections["default"] = bouncer.wrapper()
    yield made
    made.close()
    connections["default"] = direct


def test_two_people_on_one_server_connection_never_see_each_other_s_school(
    bouncer, counsellor, stranger, student, foreign_student
) -> None:
    expected = {counsellor.pk: {student.pk}, stranger.pk: {foreign_student.pk}}
    seen: list[tuple[int, set[int]]] = []
    wrong: list[object] = []

    def work(person) -> None:
        own = connections["default"] = bouncer.wrapper()
        try:
            with tenancy.acting(person, "test"):
                for _ in range(50):
                    with transaction.atomic():
                        in_one = set(Student.objects.values_list("pk", flat=True))
                    alone = set(Student.objects.values_list("pk", flat=True))
                    seen.extend([(person.pk, in_one), (person.pk, alone)])
            with tenancy.use(None):
                wrong.extend(Student.objects.all())
        except Exception as error:  # a thread's failure must reach the test
            wrong.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=[person]) for person in [counsellor, stranger] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert wrong == []
    assert len(seen) == 600
    assert all(rows == expected[person] for person, rows in seen)


def test_nothing_of_a_scope_is_left_on_the_shared_connection(bounced, bouncer, counsellor, student) -> None:
    with tenancy.acting(counsellor, "test"), transaction.atomic():
        assert Student.objects.count() == 1

    with closing(bouncer.raw()) as next_one, next_one.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('app.session', true), ''), count(*) FROM students_student"
        )
        assert cursor.fetchone() == ("", 0)


def test_a_page_comes_through_the_bouncer(bounced, client, counsellor, student, foreign_student) -> None:
    client.force_login(counsellor)

    page = client.get(reverse("students:detail", args=[student.public_id])).content.decode()

    assert student.name in page
    assert foreign_student.name not in page
