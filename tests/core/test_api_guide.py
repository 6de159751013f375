"""docs/how-to/use-the-api.md says nothing that doesn't work: its commands are run against a live server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import services as account_services
from counselling.models import FollowUp, Session

GUIDE = settings.BASE_DIR / "docs" / "how-to" / "use-the-api.md"


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("curl"), reason="the guide's commands need curl and GNU date"
)
def test_every_command_of_the_guide_works(live_server, counsellor, student, tmp_path):
    script = "set -euo pipefail\n" + "\n".join(re.findall(r"```bash\n(.*?)```", GUIDE.read_text(), re.S))
    token = account_services.issue_api_token(user=counsellor, by=counsellor, now=timezone.now())
    environment = os.environ | {
        "KITELINE": live_server.url,
        "TOKEN": token,
        "STUDENT": str(student.public_id),
        "NO_PROXY": "*",
        "TZ": settings.TIME_ZONE,
    }

    ran = subprocess.run(
        ["bash", "-c", script],
        check=False,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    assert "201\n200\n" in said
    assert "422 application/problem+json" in said
    assert said.endswith("401\n")
    session = Session.objects.get()
    assert [text.line for text in session.texts.all()] == [
        "Slept badly; her grandmother is ill.",
        "Slept badly; her grandfather is ill.",
    ]
    assert FollowUp.objects.get().done_by == counsellor
