"""Sessions are found by a stored folded key, as workers are: the same on every database.

What servers of the release before write after this is found by its key once its title changes.
"""

from django.db import migrations, models

from titan.core.text import search_key

AT_ONCE = 500


def fold(apps, schema_editor):
    sessions = apps.get_model("training", "TrainingSession").objects.only("id", "code", "title", "search_key")
    rows = []
    for row in sessions.iterator(AT_ONCE):
        row.search_key = search_key(row.code or "", row.title)
        rows.append(row)
    sessions.bulk_update(rows, ["search_key"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="trainingsession",
            name="search_key",
            field=models.TextField(db_default="", default="", editable=False),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop, elidable=True),
    ]
