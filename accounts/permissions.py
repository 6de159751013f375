"""Every right in the system, one line each. Who holds them: roles.py; where: schools.Membership."""

from enum import StrEnum


class Perm(StrEnum):
    # places
    SCHOOL_VIEW = "school.view"  # see the school's own page: classes, terms
    SCHOOL_MANAGE = "school.manage"  # change classes, terms, school days
    MEMBER_INVITE = "member.invite"  # invite people and end memberships
    # pupils, by depth
    STUDENT_FIND = "student.find"  # know that a pupil exists: finder, lists
    STUDENT_VIEW = "student.view"  # open the child page: class, boarding, who is at home
    STUDENT_CONTACT = "student.contact"  # see telephone numbers
    STUDENT_IDENTITY = "student.identity"  # see identity and national school numbers in full
    STUDENT_EDIT = "student.edit"  # correct a pupil's record
    ROSTER_IMPORT = "roster.import"  # bring in the school's roster file
    # talks
    TALK_LOG = "talk.log"  # write down a talk
    TALK_READ = "talk.read"  # read school-wide entries
    TALK_READ_RESTRICTED = "talk.read_restricted"  # read restricted entries
    TALK_KNOW_RESTRICTED = "talk.know_restricted"  # see that a restricted entry exists (a grey line)
    TOPIC_MANAGE = "topic.manage"  # choose the school's topics and their guidance
    # reminders
    REMINDER_OVERSEE = "reminder.oversee"  # see what wasn't delivered in the school
    # district
    DISTRICT_VIEW = "district.view"  # counts by school, never a child
