import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0001_initial'),
        ('evidence', '0001_initial'),
        ('personnel', '0003_former_identities'),
        ('records', '0003_certificates'),
        ('resources', '0001_initial'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='trainingrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_on', None), ('valid_until', datetime.date(9999, 12, 31))), models.Q(('expires_on__isnull', False), ('valid_until__gte', models.F('expires_on'))), _connector='OR'), name='record_is_valid_through_its_expiry'),
        ),
        migrations.CreateModel(
            name='ValidityExtension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.course')),
                ('days_of', models.CharField(choices=[('EXPIRES_ON', 'Expires On'), ('COMPLETED_ON', 'Completed On')], max_length=12)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('until', models.DateField()),
                ('reference', models.CharField(max_length=120)),
                ('decided_on', models.DateField()),
                ('reason', models.TextField()),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evidence.evidencefile')),
                ('records', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.BigIntegerField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by_id', models.BigIntegerField(null=True)),
                ('revoke_reason', models.TextField(blank=True)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day'))), name='extension_days_in_order'),
                    models.CheckConstraint(condition=models.Q(('until__lt', datetime.date(9999, 12, 31))), name='extension_has_an_end'),
                    models.CheckConstraint(condition=models.Q(('records__gte', 1)), name='extension_of_some_records'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='extension_has_a_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('revoke_reason', ''), ('revoked_at', None), ('revoked_by_id', None)), models.Q(('revoked_at__isnull', False), models.Q(('revoke_reason', ''), _negated=True)), _connector='OR'), name='extension_revoked_with_a_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ExtendedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('extension', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='extended', to='records.validityextension')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extended', to='records.trainingrecord')),
                ('position', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('extension', 'position'), name='one_extended_record_at_a_place'),
                    models.UniqueConstraint(fields=('extension', 'record'), name='record_extended_once_by_a_decision'),
                ],
            },
        ),
    ]
