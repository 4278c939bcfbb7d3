from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_withdrawn_extensions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='leaf',
            name='type',
            field=models.CharField(choices=[('training.record', 'Record'), ('competency.opened', 'Competency Opened'), ('competency.decided', 'Competency Decided'), ('competency.withdrawn', 'Competency Withdrawn'), ('record.revoked', 'Revoked'), ('record.corrected', 'Corrected'), ('session.finalized', 'Finalized'), ('validity.extended', 'Extended'), ('validity.withdrawn', 'Extension Withdrawn'), ('evidence.superseded', 'Superseded'), ('subject.restated', 'Restated'), ('subject.merged', 'Merged'), ('subject.erased', 'Erased'), ('ledger.key', 'Key'), ('ledger.epoch', 'Epoch')], max_length=24),
        ),
    ]
