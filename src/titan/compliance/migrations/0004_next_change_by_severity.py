"""Put the severity beside the next change, so that a full rebuild counts last days along the index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0003_count_what_is_stored")]

    operations = [
        migrations.RemoveIndex(model_name="complianceitem", name="item_by_next_change"),
        migrations.AddIndex(
            model_name="complianceitem",
            index=models.Index(
                condition=models.Q(("next_change_on__isnull", False)),
                fields=["next_change_on", "severity"],
                name="item_by_next_change",
            ),
        ),
    ]
