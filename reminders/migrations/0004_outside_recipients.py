"""People without an account can be told things: addresses, text messages, links that work once."""

import core.fields
from core import rls
from core.row_history import watch
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


_SHOWN = (
    *("public_id", "school_id", "recipient_id", "channel", "category", "about", "url_path"),
    *("from_name", "due_at", "expires_at", "state", "attempt", "refusals", "next_try_at"),
    *("lease_until", "leased_by", "send_begun_at", "sent_at", "cancelled_at", "last_error"),
    *("read_at", "created_at"),
)
_IGNORED = ("attempt", "refusals", "next_try_at", "lease_until", "leased_by", "send_begun_at")
_WATCHED_BEFORE = watch("reminders_reminder", shown=_SHOWN, ignored=_IGNORED)


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0003_audit_triggers'),
        ('schools', '0007_roles_are_given_by_others'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=30)),
                ('about', models.CharField(max_length=80)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.CharField(blank=True, max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='Outsider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('reference', models.CharField(max_length=80)),
                ('phone', core.fields.EncryptedTextField(blank=True, max_length=20, verbose_name='telephone')),
                ('email', core.fields.EncryptedTextField(blank=True, max_length=254, verbose_name='e-mail')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '简体中文')], default='zh-hans', max_length=10, verbose_name='language')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('opted_out_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminders_channel',
        ),
        migrations.RemoveIndex(
            model_name='reminder',
            name='reminders_oversight',
        ),
        migrations.AlterField(
            model_name='reminder',
            name='channel',
            field=models.CharField(choices=[('bell', 'In the program'), ('email', 'E-mail'), ('sms', 'Text message')], max_length=5, verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='recipient',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='link',
            name='reminder',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='reminders.reminder'),
        ),
        migrations.AddField(
            model_name='link',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='outsider',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='outsider',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='reminders.outsider'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('cancelled_at', None), ('channel__in', ['email', 'sms']), ('state__in', ['planned', 'failed', 'uncertain'])), fields=['school', 'state', 'next_try_at'], name='reminders_oversight'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('outsider__isnull', False)), fields=['school', '-next_try_at', '-id'], name='reminders_outside'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['bell', 'email', 'sms'])), name='reminders_channel'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('cancelled_at', None)), fields=('about', 'outsider', 'channel'), name='reminders_one_standing_outside'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outsider', None), ('recipient__isnull', False), models.Q(('channel', 'sms'), _negated=True)), models.Q(('outsider__isnull', False), ('recipient', None), models.Q(('channel', 'bell'), _negated=True)), _connector='OR'), name='reminders_one_reader'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('used_at', None)), models.Q(('used_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='reminders_link_answer'),
        ),
        migrations.AddConstraint(
            model_name='outsider',
            constraint=models.UniqueConstraint(fields=('school', 'reference'), name='reminders_outsider_once'),
        ),
        migrations.AddConstraint(
            model_name='outsider',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='reminders_outsider_quiet_pair'),
        ),
        rls.protect("reminders_outsider", rls.by_school()),
        rls.protect("reminders_link", rls.by_school()),
        rls.unique_with_school("reminders_outsider"),
        rls.unique_with_school("reminders_reminder"),
        rls.same_school("reminders_reminder", "outsider_id", "reminders_outsider"),
        rls.same_school("reminders_link", "reminder_id", "reminders_reminder"),
        migrations.RunSQL(_WATCHED_BEFORE.reverse_sql, _WATCHED_BEFORE.sql),
        watch("reminders_reminder", shown=[*_SHOWN, "outsider_id"], ignored=_IGNORED),
        watch(
            "reminders_outsider",
            shown=[
                *("public_id", "school_id", "reference", "language", "quiet_from", "quiet_until"),
                *("opted_out_at", "created_at"),
            ],
        ),
        watch(
            "reminders_link",
            shown=[
                *("school_id", "reminder_id", "purpose", "about", "created_at", "expires_at"),
                *("used_at", "answer"),
            ],
        ),
    ]
