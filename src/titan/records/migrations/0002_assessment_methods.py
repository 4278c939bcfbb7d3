"""A new database knows the usual ways to assess competency (domain.md §8)."""

from django.db import migrations

METHODS = {
    "PRACTICAL": "Practical demonstration",
    "ORAL": "Oral questioning",
    "WRITTEN": "Written test",
    "OBSERVATION": "On-the-job observation",
    "SIMULATOR": "Simulator",
}


def add_methods(apps, schema_editor):
    AssessmentMethod = apps.get_model("records", "AssessmentMethod")
    AssessmentMethod.objects.bulk_create(
        [AssessmentMethod(code=code, name=name) for code, name in METHODS.items()]
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(add_methods, migrations.RunPython.noop)]
