"""Every right in the system, one line each. Who holds them: roles.py; where: schools.Membership."""

from enum import StrEnum


class Perm(StrEnum):
    # places
    SCHOOL_VIEW = "school.view"  # see the school's own page: classes, terms
    SCHOOL_MANAGE = "school.manage"  # change classes, terms, school days
    MEMBER_INVITE = "member.invite"  # invite people and end memberships
    MEMBER_CONFIRM = "member.confirm"  # be the second person for a role that takes two
    DUTY_VIEW = "duty.view"  # see who is on duty this week
    DUTY_PLAN = "duty.plan"  # plan who is on duty
    # pupils, by depth
    STUDENT_FIND = "student.find"  # know that a pupil exists: finder, lists
    STUDENT_VIEW = "student.view"  # open the child page: class, boarding
    STUDENT_CONTACT = "student.contact"  # see whom to call, and their telephone numbers
    STUDENT_HOME = "student.home"  # see who is at home, the guardians, where they live and work
    STUDENT_HEALTH = "student.health"  # see the state of health
    STUDENT_IDENTITY = "student.identity"  # see identity and national school numbers in full
    STUDENT_EDIT = "student.edit"  # correct a pupil's record
    STUDENT_EXPORT = "student.export"  # take the list of one's pupils away as a file
    ROSTER_IMPORT = "roster.import"  # bring in the school's roster file
    # talks
    TALK_LOG = "talk.log"  # write down a talk
    TALK_READ = "talk.read"  # read school-wide entries
    TALK_READ_RESTRICTED = "talk.read_restricted"  # read restricted entries
    TALK_KNOW_RESTRICTED = "talk.know_restricted"  # see that a restricted entry exists (a grey line)
    TALK_READ_PROCESS = "talk.read_process"  # write and read counsellors' working notes
    FOLLOW_UP_HAND_OVER = "follow_up.hand_over"  # give the promise of somebody who left to a colleague
    TOPIC_MANAGE = "topic.manage"  # choose the school's topics and their guidance
    # break-glass
    EMERGENCY_OPEN = "emergency.open"  # open a record one doesn't see, for an hour, with a reason
    EMERGENCY_REVIEW = "emergency.review"  # judge how others used it
    # concerns
    CONCERN_REPORT = "concern.report"  # report a concern about any pupil of the school
    CONCERN_READ = "concern.read"  # read what is reported, but not what is about oneself
    # home
    HOME_EDIT = "home.edit"  # keep the facts of a pupil's home: parents away, carer, telephones
    # dormitories
    DORM_VIEW = "dorm.view"  # see the houses, and who of one's pupils sleeps where
    DORM_MANAGE = "dorm.manage"  # set up buildings, rooms and beds
    BED_ALLOCATE = "bed.allocate"  # give beds, plan a house, approve and undo a plan; sees a rule, not why
    BED_RULE = "bed.rule"  # say who is kept apart or together; end a rule
    BED_WHY = "bed.why"  # read why somebody else's rule is there; whoever gives beds never may (issue 4, 3)
    ROLL_TAKE = "roll.take"  # take the roll at night, close it
    LEAVE_ASK = "leave.ask"  # ask for a boarder's leave
    LEAVE_APPROVE = "leave.approve"  # be one of the two who approve a leave
    LEAVE_GATE = "leave.gate"  # note who went out and who came back
    # calls home
    CALL_VIEW = "call.view"  # see whether and when a pupil talked with home
    CALL_PLAN = "call.plan"  # phones, windows, the weekly rota
    CALL_BOARD = "call.board"  # run the evening's calls and note how they went
    # reminders
    REMINDER_OVERSEE = "reminder.oversee"  # see what wasn't delivered in the school
    # the trail
    AUDIT_READ = "audit.read"  # see who read and changed what in the school
    # district
    DISTRICT_VIEW = "district.view"  # counts by school, never a child
    STATISTICS_RELEASE = "statistics.release"  # release published statistics about children
    STATUTORY_RETURN = "statutory.return"  # draw up returns with exact counts; each one is logged
