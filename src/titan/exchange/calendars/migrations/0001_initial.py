
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '0001_initial'),
        ('resources', '0001_initial'),
        ('training', '0003_consequences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField()),
                ('sequence', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('TENTATIVE', 'Tentative'), ('CONFIRMED', 'Confirmed'), ('CANCELLED', 'Cancelled')], max_length=9)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.course')),
                ('session', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='training.trainingsession')),
                ('trainer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='resources.trainer')),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='resources.venue')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('until', None)), fields=['starts_at'], name='event_in_force'), models.Index(fields=['trainer', 'starts_at'], name='event_of_trainer'), models.Index(fields=['venue', 'starts_at'], name='event_of_venue')],
                'constraints': [models.UniqueConstraint(fields=('uid', 'sequence'), name='event_state_once'), models.UniqueConstraint(condition=models.Q(('until', None)), fields=('uid',), name='one_event_in_force'), models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='event_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ALL', 'All'), ('TRAINER', 'Trainer'), ('VENUE', 'Venue')], max_length=7)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('prefix', models.CharField(max_length=12)),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('trainer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='resources.trainer')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
                ('venue', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='resources.venue')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ALL'), ('trainer', None), ('venue', None)), models.Q(('kind', 'TRAINER'), ('trainer__isnull', False), ('venue', None)), models.Q(('kind', 'VENUE'), ('trainer', None), ('venue__isnull', False)), _connector='OR'), name='feed_follows_what_it_says')],
            },
        ),
    ]
