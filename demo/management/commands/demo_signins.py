"""manage.py demo_signins: how to sign in to the demo, for each role, in both languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.models import User
from accounts.roles import ROLES, Role
from demo.staff import PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "Prints one demo sign-in for each role, in English and Chinese."

    def handle(self, *args: Any, **options: Any) -> None:
        there = set(User.objects.filter(username__in=SIGN_INS).values_list("username", flat=True))
        if not there:
            self.stdout.write("No demo people here. / 这里没有演示账号。  manage.py seed_demo")
            return
        self.stdout.write(f"Kiteline    {settings.SITE_URL}/")
        self.stdout.write(f"Password for all demo people / 所有演示账号的密码:  {PASSWORD}\n")
        self.stdout.write("Then the code that the page shows, one tap more. / 然后点一下：页面上有动态码。\n")
        for username, role in SIGN_INS.items():
            if username in there:
                self.stdout.write(f"  {username:<12}{_label(role, 'en')} / {_label(role, 'zh-hans')}")
        self.stdout.write("\nOther schools / 其他学校: teacher2, counsellor2 … head6")


def _label(role: Role, language: str) -> str:
    with translation.override(language):
        return str(ROLES[role].label)
