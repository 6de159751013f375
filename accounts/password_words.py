"""Words that don't make a password here: the program's, the school's, the roles' (ASVS 5.0.0 V6.1.2).

A password of nothing but such words, figures and signs is the first that an outsider tries at a school.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    *("kiteline", "kite", "fengzheng", "zhiyuan", "风筝", "纸鸢"),
    *("password", "welcome", "login", "mima", "denglu", "密码", "登录", "woaini", "qwerty", "asdf", "zxcvbn"),
    *("school", "xuexiao", "xiaoxue", "zhongxue", "学校", "小学", "中学", "class", "banji", "班级"),
    *("teacher", "laoshi", "老师", "banzhuren", "班主任", "xiaozhang", "校长", "xinli", "心理", "counsellor"),
    *(
        "admin",
        "administrator",
        "guanliyuan",
        "管理员",
        "warden",
        "sushe",
        "宿舍",
        "student",
        "xuesheng",
        "学生",
    ),
)
_LEAST = 4  # letters of one's own beside the words


class WordsValidator:
    """Refuses a password that is only such words with figures and signs around them."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.casefold()
        for word in sorted(WORDS, key=len, reverse=True):
            rest = rest.replace(word, "")
        letters = re.sub(r"[\W\d_]", "", rest)
        if len(rest) < len(password) and len(letters) < _LEAST:
            raise ValidationError(self.get_help_text(), code="password_words")

    def get_help_text(self) -> str:
        return _("Words of the school or the program are guessed first: add some of your own.")
