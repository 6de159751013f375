#!/usr/bin/env python
"""Django's command line, with the local settings unless told otherwise."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    from django.core.management import execute_from_command_line

    _bring_the_database()
    execute_from_command_line(sys.argv)


def _bring_the_database() -> None:
    """Without a DATABASE_URL, local settings mean the embedded server, shared with `make run`."""
    from django.conf import settings

    from config import embedded

    if not getattr(settings, "EMBEDDED", False):
        return
    try:
        embedded.start_until_exit()
    except embedded.EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
