"""Pinyin as it is shown, and every way in which a name may be typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students import finder_keys, names
from students.models import FinderKey

ANY_NAME = st.text(max_size=40)
HAN_NAME = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小雨", "Wáng Xiǎoyǔ"),
        ("单雨萱", "Shàn Yǔxuān"),
        ("曾乐", "Zēng Lè"),
        ("仇志远", "Qiú Zhìyuǎn"),
        ("区子豪", "Ōu Zǐháo"),
        ("解文静", "Xiè Wénjìng"),
        ("查海生", "Zhā Hǎishēng"),
        ("任佳怡", "Rén Jiāyí"),
        ("盖明", "Gě Míng"),
        ("朴英子", "Piáo Yīngzǐ"),
        ("翟志刚", "Zhái Zhìgāng"),
        ("乐嘉", "Yuè Jiā"),
        ("华春莹", "Huà Chūnyíng"),
        ("覃朝阳", "Qín Zhāoyáng"),
        ("尉迟恭", "Yùchí Gōng"),
        ("欧阳娜娜", "Ōuyáng Nànà"),
        ("司马光", "Sīmǎ Guāng"),
        ("诸葛亮", "Zhūgě Liàng"),
        ("张月娥", "Zhāng Yuè'é"),
        ("吕绿", "Lǚ Lǜ"),
        ("阿依·古丽", "Āyī·Gǔlì"),
        ("沙马・日铁", "Shāmǎ·Rìtiě"),
        ("王", "Wáng"),
        (" 王 小雨 ", "Wáng Xiǎoyǔ"),
        ("Anna  Müller", "Anna Müller"),
    ],
)
def test_pinyin_is_shown_as_the_standard_writes_names(name: str, shown: str):
    assert names.display(name) == shown


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王小雨", "wangxiaoyu"),
        ("王小雨", "xiaoyu"),
        ("王小雨", "yu"),
        ("单雨萱", "shanyuxuan"),
        ("单雨萱", "danyuxuan"),  # the reading that somebody who doesn't know the surname types
        ("覃朝阳", "tanzhaoyang"),
        ("覃朝阳", "qinzhaoyang"),
        ("覃朝阳", "qinchaoyang"),
        ("欧阳娜娜", "ouyangnana"),
        ("欧阳娜娜", "nana"),
        ("吕小绿", "lvxiaolv"),
        ("吕小绿", "luxiaolu"),
        ("吕小绿", "lyuxiaolyu"),
        ("阿依·古丽", "ayiguli"),
        ("阿依·古丽", "guli"),
    ],
)
def test_a_name_is_found_by_each_of_its_readings(name: str, typed: str):
    assert typed in names.read(name).pinyin


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王小雨", "wxy"),
        ("王小雨", "xy"),
        ("欧阳娜娜", "oynn"),
        ("单雨萱", "syx"),
        ("单雨萱", "dyx"),
        ("Li Wei", "lw"),
    ],
)
def test_a_name_is_found_by_its_initials(name: str, typed: str):
    assert typed in names.read(name).initials


@pytest.mark.parametrize(
    ("name", "tails"),
    [
        ("王小雨", {"王小雨", "小雨", "雨"}),
        ("阿依·古丽", {"阿依古丽", "依古丽", "古丽", "丽"}),
        ("Anna Müller", {"annamuller", "muller"}),
    ],
)
def test_any_tail_of_a_name_finds_it(name: str, tails: set[str]):
    assert names.read(name).names == tails


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Wáng Xiǎoyǔ", "wangxiaoyu"),
        ("ＷＡＮＧ　ｘｉａｏ-ｙｕ", "wangxiaoyu"),
        ("Lǚ", "lv"),
        ("lü", "lv"),
        ("MÜLLER", "muller"),
        ("１３８ ００１３-８０００", "13800138000"),
        ("王\x00小\u200b雨", "王小雨"),
        ("阿依•古丽", "阿依古丽"),
        ("བཀྲ་ཤིས", "བཀྲ་ཤིས"),
        ("' _ ·", ""),
    ],
)
def test_what_is_typed_and_what_is_kept_are_made_alike(typed: str, folded: str):
    assert names.fold_query(typed) == folded


@given(HAN_NAME)
def test_a_chinese_name_is_found_by_its_shown_pinyin_and_by_itself(name: str):
    reading = names.read(name)

    assert names.fold(name) in reading.names
    assert names.fold(names.display(name)) in reading.pinyin


@given(ANY_NAME)
def test_no_text_breaks_the_reading_of_a_name(name: str):
    reading = names.read(name)

    assert "" not in reading.names | reading.pinyin | reading.initials
    assert all(names.fold(key) == key for key in reading.names)
    assert names.fold(names.fold(name)) == names.fold(name)
    assert "\x00" not in names.fold(name)


@given(st.lists(ANY_NAME, max_size=2), st.lists(st.text(max_size=30), max_size=3))
def test_no_key_is_empty_or_longer_than_its_column(people: list[str], phones: list[str]):
    keys = finder_keys.keys_of(school_id=1, names=people, numbers=phones, identities=phones, phones=phones)

    assert all(0 < len(key) <= FinderKey._meta.get_field("key").max_length for _, key in keys)
    assert {kind for kind, _ in keys} <= set(FinderKey.Kind.values)


def test_a_telephone_number_is_kept_blind_whole_and_by_its_last_four_and_six_digits():
    found = finder_keys.keys_of(
        school_id=1, names=[], numbers=[], identities=[], phones=["138-0013-8000", "12"]
    )

    kept = ("13800138000", "138000", "8000")
    assert found == sorted(("phone", finder_keys.blind(1, "phone", part)) for part in kept)
    assert not any(part in key for part in kept for _, key in found)
