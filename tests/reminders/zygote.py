"""Starts workers quickly: Django is loaded once, and every line on stdin forks one `manage.py sweep --loop`.

A fork is a process like any other: it opens its own connections and can be killed on its own.
"""

from __future__ import annotations

import os
import signal
import sys

import django
from django.core.management import call_command, load_command_class


def main() -> None:
    django.setup()
    _load_what_sending_needs()
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


def _load_what_sending_needs() -> None:
    """URLs and templates take a second, once: a worker that loads them is killed before it sends."""
    from accounts.models import User
    from reminders import channels
    from reminders.models import Reminder

    load_command_class("reminders", "sweep")

    channels.compose(Reminder(recipient=User(language="en"), category="follow_up")).message()


if __name__ == "__main__":
    main()
