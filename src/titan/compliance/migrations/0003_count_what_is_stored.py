"""Count what is stored, and let verdicts repeat their worker's company and sort key.

What servers of the release before write after this is counted by the next full rebuild, which `titan verify` asks for.
"""

from django.db import migrations

LAST_DAY = {
    "postgresql": "to_char(expires_on, 'YYYYMMDD')::bigint",
    "sqlite": "CAST(replace(expires_on, '-', '') AS INTEGER)",
}


def count(apps, schema_editor):
    day = LAST_DAY[schema_editor.connection.vendor]
    into = "INSERT INTO compliance_tally (counted, of_id, severity, batch, n)"
    schema_editor.execute(
        """UPDATE compliance_workerverdict SET
           company_id = (SELECT w.company_id FROM personnel_worker w WHERE w.id = worker_id),
           name_key = (SELECT w.name_key FROM personnel_worker w WHERE w.id = worker_id)"""
    )
    schema_editor.execute("DELETE FROM compliance_tally")
    schema_editor.execute(
        f"{into} SELECT 1, company_id, severity, 0, COUNT(*) FROM compliance_workerverdict GROUP BY company_id, severity"
    )
    schema_editor.execute(
        f"{into} SELECT 2, course_id, severity, 0, COUNT(*) FROM compliance_complianceitem GROUP BY course_id, severity"
    )
    schema_editor.execute(
        f"""{into} SELECT 3, {day}, 4, 0, COUNT(*) FROM compliance_complianceitem
            WHERE severity >= 3 AND expires_on IS NOT NULL GROUP BY expires_on"""
    )


class Migration(migrations.Migration):
    dependencies = [("compliance", "0002_counts")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop, elidable=True)]
