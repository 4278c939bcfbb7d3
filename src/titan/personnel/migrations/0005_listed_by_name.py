"""Look workers up by the row that they were merged into in the order of names.

Lists show whoever was not merged, by name. SQLite looked those up by the index of the foreign key, which is nearly
everybody, and sorted them.
"""

from django.db import migrations, models

# Django's own name for it, the same on both databases.
OF_THE_FOREIGN_KEY = "personnel_worker_merged_into_id_250b88f3"


class Migration(migrations.Migration):
    dependencies = [("personnel", "0004_one_person_two_rows")]

    operations = [
        migrations.AddIndex(
            model_name="worker",
            index=models.Index(fields=["merged_into", "name_key", "id"], name="worker_listed_by_name"),
        ),
        # As a change of the field, SQLite would write the whole table anew to drop an index.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="worker",
                    name="merged_into",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="merged",
                        to="personnel.worker",
                    ),
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {OF_THE_FOREIGN_KEY}",
                    f"CREATE INDEX {OF_THE_FOREIGN_KEY} ON personnel_worker (merged_into_id)",
                )
            ],
        ),
    ]
