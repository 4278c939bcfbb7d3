"""The only writers of records: results, decisions, revocations."""

from titan.records.commands.certify import certify
from titan.records.commands.competency import (
    Decision,
    decide_competencies,
    withdraw_competencies,
    withdraw_competency,
)
from titan.records.commands.external import ExternalResult, record_certificate, record_external_result
from titan.records.commands.methods import create_assessment_method
from titan.records.commands.revoke import revoke_record, revoke_records
from titan.records.commands.write import NewCompetency, NewRecord, write_competencies, write_records

__all__ = [
    "Decision",
    "ExternalResult",
    "NewCompetency",
    "NewRecord",
    "certify",
    "create_assessment_method",
    "decide_competencies",
    "record_certificate",
    "record_external_result",
    "revoke_record",
    "revoke_records",
    "withdraw_competencies",
    "withdraw_competency",
    "write_competencies",
    "write_records",
]
