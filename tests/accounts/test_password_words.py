"""Passwords that an outsider tries first at a school."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    "password",
    [
        "Kiteline2026!",
        "laoshi123456",
        "xuexiao-admin-1",
        "班主任2026班主任",
        "TeacherTeacher1",
        "我是老师12345678",
    ],
)
def test_words_of_the_school_alone_make_no_password(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)

    assert "password_words" in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password", ["laoshi likes tea and rain", "纸鸢飞过青石山顶", "three kites over qingshi"]
)
def test_with_words_of_ones_own_they_may_be_in_it(password):
    validate_password(f"{password} 7")
