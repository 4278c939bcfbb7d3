"""The counts behind Today and the matrix, kept in the transaction that changes what they count.

A count is the sum of its rows. One row of it is settled (batch 0); further rows are what transactions added that could
not settle at once. On PostgreSQL, whoever gets the tallies' lock without waiting settles what is theirs and what others
left; everyone else only appends. So nobody waits for a count, nothing is lost, and nobody locks in another order than
the next. SQLite has one writer at a time, who always settles.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from titan.compliance.dialect import is_postgres, plus
from titan.compliance.models import ComplianceItem, Counted, Severity, Tally, WorkerVerdict

ITEM_CHANGES = "compliance_item_changes"
VERDICT_CHANGES = "compliance_verdict_changes"

TALLY_LOCK = 5_417_202
TALLIES = Tally._meta.db_table


def tally_changes() -> int:
    """Add to the counts what the engine's scratch tables say has changed; return how many counts moved."""
    return _add(
        f"""
        SELECT {Counted.COURSE}, course_id, was_severity, -COUNT(*) FROM {ITEM_CHANGES}
        WHERE was_severity IS NOT NULL GROUP BY course_id, was_severity
        UNION ALL
        SELECT {Counted.COURSE}, course_id, severity, COUNT(*) FROM {ITEM_CHANGES}
        WHERE severity IS NOT NULL GROUP BY course_id, severity
        UNION ALL {_last_days(ITEM_CHANGES, "was_expires_on", "was_severity", "-n")}
        UNION ALL {_last_days(ITEM_CHANGES, "expires_on", "severity", "n")}
        UNION ALL
        SELECT {Counted.COMPANY}, was_company_id, was_severity, -COUNT(*) FROM {VERDICT_CHANGES}
        WHERE was_company_id IS NOT NULL GROUP BY was_company_id, was_severity
        UNION ALL
        SELECT {Counted.COMPANY}, company_id, severity, COUNT(*) FROM {VERDICT_CHANGES}
        WHERE severity IS NOT NULL GROUP BY company_id, severity"""
    )


def recount(warning_days: int) -> int:
    """Count everything anew and add what the counts lack; return how many were wrong. Only a full rebuild does this.

    warning_days: how many days before its end a proof counts as expiring, as the items stand now.
    """
    items, verdicts = ComplianceItem._meta.db_table, WorkerVerdict._meta.db_table
    return _add(
        f"""
        SELECT {Counted.COURSE}, course_id, severity, {number_of_items()} FROM {items} GROUP BY course_id, severity
        UNION ALL {_all_last_days(items, warning_days)}
        UNION ALL
        SELECT {Counted.COMPANY}, company_id, severity, COUNT(*) FROM {verdicts}
        WHERE company_id IS NOT NULL GROUP BY company_id, severity
        UNION ALL
        SELECT counted, of_id, severity, -n FROM {TALLIES}"""
    )


def number_of_items() -> str:
    """Return the expression that counts all items, or each group of them.

    SQLite counts along an index. PostgreSQL would as well, and look up nearly every row after a night that moved one on
    each page, until it is vacuumed: it counts what stands in no index.
    """
    return "COUNT(requirement_type)" if is_postgres() else "COUNT(*)"


def forget_nothings() -> None:
    """Drop the counts of nothing, days gone by among them; only while nobody else counts (`hold_engine`)."""
    Tally.objects.filter(batch=0, n=0).delete()


def number_of_day(day: date) -> int:
    """Return a day as a count knows it: 20261231."""
    return int(f"{day:%Y%m%d}")


def _last_days(table: str, day: str, severity: str, number: str) -> str:
    """Return the counts of proofs by their last valid day, which stands as a number: 20261231.

    Nearly every item is proved, so none is looked up by an index: hence the plus.
    """
    return f"""
        SELECT {Counted.LAST_DAY}, {_number_of_day_sql("day")}, {Severity.COMPLIANT}, {number} FROM (
            SELECT {day} AS day, COUNT(*) AS n FROM {table}
            WHERE +{severity} >= {Severity.EXPIRING} AND {day} IS NOT NULL GROUP BY {day}) AS last_days"""


def _all_last_days(items: str, warning_days: int) -> str:
    """Return the counts of all items' proofs by their last valid day.

    An item's next change follows from that day (domain.md §9.5) and stands in an index in order; sorting the last days
    of all items would take as long as all the rest of the count.
    """
    last_day = f"""CASE WHEN severity = {Severity.EXPIRING} THEN {plus("next_change_on", "-1")}
        ELSE {plus("next_change_on", str(warning_days))} END"""
    return f"""
        SELECT {Counted.LAST_DAY}, {_number_of_day_sql("day")}, {Severity.COMPLIANT}, n FROM (
            SELECT {last_day} AS day, {number_of_items()} AS n FROM {items}
            WHERE next_change_on IS NOT NULL AND severity >= {Severity.EXPIRING}
            GROUP BY next_change_on, severity) AS last_days"""


def _number_of_day_sql(day: str) -> str:
    return f"to_char({day}, 'YYYYMMDD')::bigint" if is_postgres() else f"CAST(replace({day}, '-', '') AS INTEGER)"


def _add(changes: str) -> int:
    """Add `changes`, a SELECT of (counted, of_id, severity, n), to the counts; return how many counts moved."""
    moved = f"""moved(counted, of_id, severity, n) AS (
        SELECT counted, of_id, severity, SUM(n) FROM (
            SELECT 0 AS counted, 0 AS of_id, 0 AS severity, 0 AS n WHERE 1 = 0 UNION ALL {changes}) AS changes
        GROUP BY counted, of_id, severity HAVING SUM(n) <> 0)"""
    settle = f"""ON CONFLICT (counted, of_id, severity, batch) DO UPDATE SET n = {TALLIES}.n + excluded.n"""
    columns = "counted, of_id, severity, batch, n"
    with connection.cursor() as cursor:
        if not is_postgres():
            cursor.execute(
                f"""INSERT INTO {TALLIES} ({columns}) WITH {moved}
                SELECT counted, of_id, severity, 0, n FROM moved WHERE true {settle}"""
            )
            return max(0, int(cursor.rowcount))
        # In READ COMMITTED a row that another has settled meanwhile is skipped, and the sum is added to its latest.
        cursor.execute(
            f"""WITH lock AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%s) AS mine), {moved},
            left_by_others AS (
                DELETE FROM {TALLIES} WHERE batch <> 0 AND (SELECT mine FROM lock)
                RETURNING counted, of_id, severity, n
            ),
            settled AS (
                INSERT INTO {TALLIES} ({columns})
                SELECT counted, of_id, severity, 0, SUM(n) FROM (
                    SELECT * FROM moved WHERE (SELECT mine FROM lock) UNION ALL SELECT * FROM left_by_others) AS mine
                GROUP BY counted, of_id, severity HAVING SUM(n) <> 0 {settle}
            ),
            appended AS (
                INSERT INTO {TALLIES} ({columns})
                SELECT counted, of_id, severity, txid_current(), n FROM moved WHERE NOT (SELECT mine FROM lock) {settle}
            )
            SELECT COUNT(*) FROM moved""",
            [TALLY_LOCK],
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0
