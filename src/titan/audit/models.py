"""The audit log: who did what, when, before, after and why. Ids only, so that erasing a person leaves nothing here."""

from __future__ import annotations

from django.db import models

from titan.core.actor import Role, Via


class AuditEvent(models.Model):
    """One change. No foreign keys: an event outlives nothing and points at everything by number."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=16, choices=[(role, role) for role in Role])
    via = models.CharField(max_length=8, choices=[(via, via) for via in Via])
    action = models.CharField(max_length=60)
    entity = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["entity", "entity_id", "id"], name="audit_by_entity"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]
