"""How a worker stood at the end of a past day, by the facts and the rules of that day (domain.md §3, §9)."""

from titan.compliance.queries.as_of.answer import AsOf, ItemAsOf, worker_as_of
from titan.compliance.queries.as_of.knowledge import Known

__all__ = ["AsOf", "ItemAsOf", "Known", "worker_as_of"]
