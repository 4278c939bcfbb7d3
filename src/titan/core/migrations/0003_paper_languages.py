
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_nightly_jobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='sitesettings',
            name='paper_language',
            field=models.CharField(blank=True, db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='sitesettings',
            name='second_paper_language',
            field=models.CharField(blank=True, db_default='', default='', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='sitesettings',
            constraint=models.CheckConstraint(condition=models.Q(('second_paper_language', ''), models.Q(models.Q(('paper_language', ''), _negated=True), models.Q(('paper_language', models.F('second_paper_language')), _negated=True)), _connector='OR'), name='paper_languages_differ'),
        ),
    ]
