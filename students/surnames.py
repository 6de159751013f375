"""Surnames read otherwise than in a dictionary, and surnames of two characters. Pure data.

Sources: 现代汉语词典 (7th edition, entries marked 姓); 百家姓; GB/T 28039-2011 (Chinese names in pinyin) for
how they are written. Two readings are given where families really differ (覃 Qín in Guangxi and Guizhou, Tán
in Hunan): the first is shown, all of them are found.
"""

from __future__ import annotations

# fmt: off
SINGLE: dict[str, tuple[str, ...]] = {
    "单": ("shàn",), "曾": ("zēng",), "仇": ("qiú",), "区": ("ōu",), "解": ("xiè",), "查": ("zhā",),
    "任": ("rén",), "盖": ("gě", "gài"), "朴": ("piáo",), "翟": ("zhái", "dí"), "乐": ("yuè", "lè"),
    "华": ("huà",), "覃": ("qín", "tán"), "缪": ("miào",), "宁": ("níng", "nìng"), "燕": ("yān",),
    "洗": ("xiǎn",), "员": ("yùn",), "种": ("chóng",), "繁": ("pó",), "黑": ("hè",), "折": ("shé",),
    "葛": ("gě",), "哈": ("hǎ",), "纪": ("jì", "jǐ"), "句": ("gōu",), "阚": ("kàn",), "隗": ("wěi", "kuí"),
    "牟": ("móu", "mù"), "那": ("nā",), "能": ("nài",), "宓": ("mì", "fú"), "祭": ("zhài",),
    "郗": ("xī", "chī"), "召": ("shào",), "少": ("shào",), "谌": ("chén", "shèn"), "於": ("yū",),
    "都": ("dū",), "干": ("gān",), "观": ("guàn",), "过": ("guō",), "乜": ("niè",), "占": ("zhān",),
    "薄": ("bó",), "卜": ("bǔ",), "秘": ("bì",), "相": ("xiàng",),
}

COMPOUND: dict[str, tuple[str, str]] = {
    "欧阳": ("ōu", "yáng"), "司马": ("sī", "mǎ"), "诸葛": ("zhū", "gě"), "上官": ("shàng", "guān"),
    "司徒": ("sī", "tú"), "东方": ("dōng", "fāng"), "独孤": ("dú", "gū"), "南宫": ("nán", "gōng"),
    "夏侯": ("xià", "hóu"), "皇甫": ("huáng", "fǔ"), "尉迟": ("yù", "chí"), "公孙": ("gōng", "sūn"),
    "慕容": ("mù", "róng"), "长孙": ("zhǎng", "sūn"), "宇文": ("yǔ", "wén"), "司空": ("sī", "kōng"),
    "令狐": ("líng", "hú"), "端木": ("duān", "mù"), "轩辕": ("xuān", "yuán"), "百里": ("bǎi", "lǐ"),
    "东郭": ("dōng", "guō"), "南门": ("nán", "mén"), "呼延": ("hū", "yán"), "闻人": ("wén", "rén"),
    "澹台": ("tán", "tái"), "公冶": ("gōng", "yě"), "宗政": ("zōng", "zhèng"), "濮阳": ("pú", "yáng"),
    "淳于": ("chún", "yú"), "单于": ("chán", "yú"), "太叔": ("tài", "shū"), "申屠": ("shēn", "tú"),
    "仲孙": ("zhòng", "sūn"), "赫连": ("hè", "lián"), "钟离": ("zhōng", "lí"), "鲜于": ("xiān", "yú"),
    "闾丘": ("lǘ", "qiū"), "拓跋": ("tuò", "bá"), "万俟": ("mò", "qí"), "西门": ("xī", "mén"),
    "第五": ("dì", "wǔ"), "梁丘": ("liáng", "qiū"), "左丘": ("zuǒ", "qiū"), "公羊": ("gōng", "yáng"),
}
# fmt: on
