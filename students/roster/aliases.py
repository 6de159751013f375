"""What columns are called: in the national 学籍 template, by schools, in English."""

from __future__ import annotations


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Lines of `key: word, word, …`; an indented line continues the one before."""
    joined = text.strip().replace("\n  ", " ")
    pairs = (line.split(":", 1) for line in joined.splitlines())
    return {key.strip(): tuple(word.strip() for word in words.split(",")) for key, words in pairs}


PUPIL = _table("""
name: 姓名, 学生姓名, 名字, 学生名字, name, student, student name, pupil, pupil name, full name
former_name: 曾用名, former name
sex: 性别, 学生性别, sex, gender
born_on: 出生日期, 出生年月日, 出生年月, 生日, 出生时间,
  birth date, birthdate, birthday, date of birth, dob, born on
identity_kind: 身份证件类型, 证件类型, identity document, id type
identity_number: 身份证件号, 身份证号, 身份证号码, 身份证件号码, 证件号码, 证件号, 身份证,
  公民身份号码, 公民身份证号, 学生身份证号, 学生身份证号码,
  identity number, id number, national id, id card, id card number
national_number: 全国学籍号, 学籍号, 学籍号码, 国家学籍号, 全国学籍号码, 国网学籍号, 学生学籍号,
  national student number, national school number, student number, national number
school_number: 学籍辅号, 学号, 校内学号, 学校学号, school student number, school number
class: 班号, 班级, 班级名称, 所在班级, 行政班, 班, 就读班级, 年级班级, 年班, class, class name
grade: 年级, 年级名称, 所在年级, 就读年级, grade, year group
entry_month: 入学年月, 入学时间, 入学日期, entry month, entered on, date of entry, entry date
boarding: 就读方式, 是否寄宿, 是否住校, 是否寄宿生, 是否住宿, 住宿情况, 寄宿情况,
  boarding, boarder, boarding or day
health: 健康状况, 健康状态, health
ethnicity: 民族, ethnicity, ethnic group
hukou: 户口性质, 户籍性质, 户口类型, 户籍类型, 户口类别, household registration, hukou
address: 现住址, 现住地址, 住址, 家庭住址, 家庭地址, 通信地址, 通讯地址, address, home address
phone: 联系电话, 电话, 电话号码, 手机, 手机号, 手机号码, 联系方式, phone, telephone, mobile, phone number
school_code: 学校标识码, 学校代码, school code
""")

MEMBER = _table("""
name: 姓名, 名字, , name
relation: 关系, 与学生关系, 与本人关系, 称谓, relation, relationship
address: 现住址, 住址, 地址, address
phone: 联系电话, 电话, 手机, 手机号, 手机号码, 电话号码, 联系方式, phone, mobile, telephone
employer: 工作单位, 工作地点, 单位, workplace, works at, employer
is_guardian: 是否监护人, 监护人, guardian, is guardian
""")

# Known to the national template, not stored by this version; shown so that nobody wonders where they went.
# 是否留守儿童 is among them on purpose: left-behind is worked out from dated facts, never taken from a tick.
NOT_STORED = frozenset(
    _table("""
pupil: 出生地行政区划代码, 籍贯, 国籍/地区, 港澳台侨外, 政治面貌, 户口所在地行政区划, 入学方式,
  邮政编码, 是否独生子女, 是否受过学前教育, 是否留守儿童, 是否农村留守儿童, 是否需要申请资助,
  是否享受一补, 是否孤儿,
  是否烈士或优抚子女, 上下学距离, 上下学方式, 是否需要乘坐校车, 班内学号, 座号,
  身份证件有效期, 血型,
  特长, 学生来源, 电子信箱, 主页地址, 残疾类型, 是否由政府购买学位, 随班就读, 送教上门,
  是否进城务工人员随迁子女,
  序号, 备注, 年龄
""")["pupil"]
)
MEMBER_NOT_STORED = frozenset(
    _table("member: 关系说明, 户口所在地行政区划, 身份证件类型, 身份证件号, 民族, 职务")["member"]
)
