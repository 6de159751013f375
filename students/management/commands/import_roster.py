"""`manage.py import_roster FILE --school=CODE`: what a roster would change; with --commit, the change."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone, translation

from accounts.models import User
from core.commands import ProgramCommand
from schools.models import School
from students.roster.messages import FileRefused
from students.selectors import roster_words
from students.services import roster as roster_services
from students.services import roster_plan
from students.services.roster_plan import Plan

_WIDTH = 30
_SHOWN = 20


class Command(ProgramCommand):
    help = (
        "Compare a roster file (.xlsx or .csv) with a school; with --commit, import it. A dry run by default."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the roster, .xlsx or .csv")
        parser.add_argument("--school", required=True, metavar="CODE", help="the school's ten-digit code")
        parser.add_argument(
            "--commit", action="store_true", help="write the changes; without it nothing is written"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON on standard output")
        parser.add_argument(
            "--by", metavar="USERNAME", help="who imports; the audit trail names the program without it"
        )
        parser.add_argument("--language", metavar="CODE", help="language of the reasons: en or zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            try:
                plan = self._run(options)
            except FileRefused as refusal:
                self._refuse(refusal, options["json"])
        self._report(plan, options)

    def _run(self, options: dict[str, Any]) -> Plan:
        school = self._school(options["school"])
        by = self._person(options["by"])
        content = self._content(options["file"])
        bar = _Bar(self.stderr)
        on, now = timezone.localdate(), timezone.now()
        try:
            if not options["commit"]:
                return roster_plan.plan_file(content, school, on=on, tick=bar.tick)
            return roster_services.import_file(
                school=school,
                content=content,
                file_name=options["file"].name,
                by=by,
                on=on,
                now=now,
                tick=bar.tick,
            )
        finally:
            bar.end()

    def _school(self, code: str) -> School:
        try:
            return School.objects.get(code=code)
        except School.DoesNotExist:
            raise CommandError(f"There is no school with code {code}.") from None

    def _person(self, username: str | None) -> User | None:
        if username is None:
            return None
        try:
            return User.objects.get(username=username, is_active=True)
        except User.DoesNotExist:
            raise CommandError(f"There is no active user named {username}.") from None

    def _content(self, path: Path) -> bytes:
        most = settings.ROSTER_MAX_BYTES
        try:
            with path.open("rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from None
        if len(content) > most:
            raise FileRefused("too-large", limit=most // (1024 * 1024))
        return content

    def _refuse(self, refusal: FileRefused, as_json: bool) -> None:
        reason = roster_words.say_file_error({"code": refusal.code, "params": refusal.params})
        if as_json:
            self._print_json({**_EMPTY, "warnings": [], "refused": [], "file_error": reason})
            sys.exit(1)
        raise CommandError(reason)

    def _report(self, plan: Plan, options: dict[str, Any]) -> None:
        counts = plan.counts()
        report: dict[str, Any] = {key: counts[key] for key in _EMPTY} | {"warnings": [], "refused": []}
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            roster_words.add_issues(report, plan.issues())
        if code := plan.table["other_school_code"]:
            self.stderr.write(f"Note: the file says school {code}, not {options['school']}.")
        if options["json"]:
            self._print_json(report)
            return
        for key in ("refused", "warnings"):
            for issue in report[key][:_SHOWN]:
                self.stdout.write(f"{key:8} row {issue['row']} {issue['column']}: {issue['reason']}")
            if len(report[key]) > _SHOWN:
                self.stdout.write(f"{key:8} … and {len(report[key]) - _SHOWN} more (see --json)")
        found = {**counts, "warned": len(report["warnings"]), "refused": len(report["refused"])}
        self.stdout.write(
            "{rows} rows: {new} new, {updated} updated, {unchanged} unchanged, "
            "{warned} warnings, {refused} refused.".format(**found)
        )
        if not options["commit"]:
            self.stdout.write("A dry run: nothing was written. Add --commit to import.")

    def _print_json(self, report: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))


_EMPTY = {"rows": 0, "new": 0, "updated": 0, "unchanged": 0}


class _Bar:
    """A progress bar on standard error, drawn only for a person (a terminal)."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_seen = stream.isatty()
        self._drawn = False

    def tick(self, done: int, total: int) -> None:
        if not self._is_seen or not total:
            return
        filled = _WIDTH * min(done, total) // total
        bar = "█" * filled + "·" * (_WIDTH - filled)
        self._stream.write(f"\r{bar} {done}/{total}", style_func=str, ending="")
        self._stream.flush()
        self._drawn = True

    def end(self) -> None:
        if self._drawn:
            self._stream.write("\r" + " " * (_WIDTH + 20) + "\r", style_func=str, ending="")
