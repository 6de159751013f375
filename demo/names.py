"""Names as people in a county of Guizhou might bear them, by sex and generation. Pure and seeded.

The weights follow common knowledge of Chinese surnames (王 李 张 first; 龙 潘 韦 石 in Miao, Dong and Bouyei
villages), not a census: any likeness to a living person is chance.
"""

from __future__ import annotations

from random import Random

_SURNAMES = (
    "王 60 李 60 张 56 杨 52 陈 46 刘 42 吴 40 罗 36 黄 32 周 30 龙 30 潘 28 石 24 田 24 赵 22 何 20 韦 20 "
    "陆 18 蒙 16 徐 16 胡 16 郑 14 谢 14 唐 14 冯 12 邓 12 曾 12 彭 12 肖 12 蒋 10 余 10 卢 10 林 10 梁 10 "
    "宋 10 许 8 韩 8 朱 8 高 8 马 8 廖 8 姚 8 姜 8 岑 8 覃 6 安 6 顾 6 任 6 欧 6 孟 5 文 5 欧阳 4 莫 4 "
    "单 3 仇 2 解 2 查 2 区 2 翟 2 华 2 乐 1 盖 1 司马 1 诸葛 1 上官 1"
)
SURNAMES = _SURNAMES.split()[::2]
_SURNAME_WEIGHTS = [int(weight) for weight in _SURNAMES.split()[1::2]]

# First and second character of a given name; a name of one character takes it from the second list.
_GIVEN: dict[tuple[str, str], tuple[str, str]] = {
    ("child", "female"): (
        "雨 欣 思 子 佳 梦 诗 语 晓 小 雅 紫 若 可 依 心 梓 钰 静 艺 婉 慧 春 秋 玉 海 天 美 清 怡",
        "涵 怡 萱 琪 彤 婷 洁 瑶 妍 欣 悦 雪 莹 颖 蕊 晴 月 兰 菲 芸 娜 燕 霞 琳 宁 馨 茜 倩 竹 桐",
    ),
    ("child", "male"): (
        "子 浩 俊 宇 嘉 志 明 天 文 家 思 博 泽 一 小 晓 海 国 永 光 云 景 承 书 启 成 立 新 建 正",
        "轩 宇 豪 杰 涛 鑫 阳 辰 鹏 飞 超 毅 博 航 翔 瑞 林 凯 龙 源 锋 晨 洋 峰 磊 恒 睿 远 诚 松",
    ),
    ("parent", "female"): (
        "小 丽 春 海 秀 玉 红 艳 晓 文 雪 美 桂 金 凤 冬 翠 素 云 永",
        "丽 艳 敏 芳 霞 娟 燕 玲 梅 英 红 琴 萍 芬 莉 华 群 香 菊 珍",
    ),
    ("parent", "male"): (
        "小 志 建 光 文 海 永 国 明 世 正 德 大 金 家 成 兴 昌 开 绍",
        "勇 军 强 磊 涛 伟 波 林 华 平 飞 刚 斌 辉 明 松 江 云 贵 福",
    ),
    ("grandparent", "female"): (
        "秀 桂 玉 素 翠 金 凤 菊 兰 珍 淑 正 国 光 明 永 大 应 启 德",
        "英 珍 兰 芬 芳 香 莲 秀 珠 仙 琴 华 珠 美 群 菊 先 凤 娥 花",
    ),
    ("grandparent", "male"): (
        "国 建 德 正 明 光 世 文 永 昌 绍 开 应 启 仁 廷 学 登 朝 兴",
        "华 明 才 贵 福 林 清 平 忠 全 发 祥 荣 富 兴 云 成 义 先 安",
    ),
}
_GIVEN_LISTS = {key: (first.split(), second.split()) for key, (first, second) in _GIVEN.items()}

# Yi families keep a clan name before the dot; identity cards write both.
_CLANS = ["吉克", "阿尔", "沙马", "吉木", "马海", "阿苏", "曲比", "俄木"]
_CLAN_GIVEN = {
    "female": ["阿果", "阿依", "日牛", "伍呷", "阿妞"],
    "male": ["木呷", "日铁", "拉日", "尔古", "子拉"],
}


def surname(rng: Random) -> str:
    return rng.choices(SURNAMES, _SURNAME_WEIGHTS)[0]


def clan(rng: Random) -> str:
    return rng.choice(_CLANS)


def given(rng: Random, generation: str, sex: str) -> str:
    """A given name; `generation` is child, parent or grandparent."""
    first, second = _GIVEN_LISTS[generation, sex]
    if rng.random() < 0.14:
        return rng.choice(second)
    head, tail = rng.choice(first), rng.choice(second)
    return head + tail if head != tail else tail


def full(rng: Random, family: str, generation: str, sex: str) -> str:
    """A full name in a family; a clan's name is followed by the dot."""
    if family in _CLANS:
        return f"{family}·{rng.choice(_CLAN_GIVEN[sex])}"
    return family + given(rng, generation, sex)


def marries_in(rng: Random, generation: str, sex: str) -> str:
    """Somebody of another family: mothers and their parents keep their own surname."""
    return surname(rng) + given(rng, generation, sex)
