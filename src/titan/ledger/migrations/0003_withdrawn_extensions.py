from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_verification_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='leaf',
            name='type',
            field=models.CharField(choices=[('training.record', 'Record'), ('competency.opened', 'Competency Opened'), ('competency.decided', 'Competency Decided'), ('competency.withdrawn', 'Competency Withdrawn'), ('record.revoked', 'Revoked'), ('record.corrected', 'Corrected'), ('session.finalized', 'Finalized'), ('validity.extended', 'Extended'), ('validity.withdrawn', 'Extension Withdrawn'), ('evidence.superseded', 'Superseded'), ('subject.restated', 'Restated'), ('subject.erased', 'Erased'), ('ledger.key', 'Key'), ('ledger.epoch', 'Epoch')], max_length=24),
        ),
    ]
