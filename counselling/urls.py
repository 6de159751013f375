from django.urls import path

from counselling.views import follow_ups, talks, topics

app_name = "counselling"

urlpatterns = [
    path("talks/new/", talks.pick, name="pick"),
    path("talks/new/<uuid:student_id>/", talks.talk_new, name="talk_new"),
    path("talks/new/<uuid:student_id>/draft/", talks.draft_save, name="draft_save"),
    path("talks/new/<uuid:student_id>/draft/discard/", talks.draft_discard, name="draft_discard"),
    path("talks/<uuid:public_id>/", talks.talk, name="talk"),
    path("talks/<uuid:public_id>/correct/", talks.talk_correct, name="talk_correct"),
    path("talks/<uuid:public_id>/withdraw/", talks.talk_withdraw, name="talk_withdraw"),
    path("follow-ups/", follow_ups.mine, name="follow_ups"),
    path("follow-ups/<uuid:public_id>/", follow_ups.follow_up, name="follow_up"),
    path("follow-ups/<uuid:public_id>/done/", follow_ups.done, name="follow_up_done"),
    path("follow-ups/<uuid:public_id>/reopen/", follow_ups.reopen, name="follow_up_reopen"),
    path("follow-ups/<uuid:public_id>/cancel/", follow_ups.cancel, name="follow_up_cancel"),
    path("quiet/", follow_ups.quiet, name="quiet"),
    path("topics/", topics.own_topics, name="topics"),
    path("topics/of/<uuid:school_id>/", topics.topics, name="school_topics"),
    path("topics/of/<uuid:school_id>/new/", topics.topic_new, name="topic_new"),
    path("topics/of/<uuid:school_id>/standard/", topics.standard, name="topics_standard"),
    path("topics/<uuid:public_id>/", topics.topic_edit, name="topic_edit"),
    path("topics/<uuid:public_id>/move/", topics.topic_move, name="topic_move"),
    path("topics/<uuid:public_id>/retire/", topics.topic_retire, name="topic_retire"),
    path("topics/<uuid:public_id>/restore/", topics.topic_restore, name="topic_restore"),
]
