"""Starts workers quickly: Django is loaded once, and every line on stdin forks one `manage.py sweep --loop`.

A fork is a process like any other: it opens its own connections and can be killed on its own.
"""

from __future__ import annotations

import os
import signal
import sys

import django
from django.core.management import call_command
from django.template import loader


def main() -> None:
    django.setup()
    loader.get_template("reminders/email/reminder.html")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # dead workers leave at once
    os.setpgrp()
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            call_command("sweep", loop=True, interval=0.05)
            os._exit(0)
        print(pid, flush=True)
    os.killpg(0, signal.SIGKILL)  # whoever started us is gone, and nobody shall outlive them


if __name__ == "__main__":
    main()
