"""What accounts need once a night."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from titan.accounts import throttle
from titan.accounts.models import Remembered


def forget_failures(at: datetime) -> None:
    """Remove the counts of failed sign-ins and tokens that no pause depends on any more."""
    throttle.purge(at=at)
    Remembered.objects.filter(expires__lt=at).delete()


def forget_sessions(at: datetime) -> None:
    """Remove the sessions that ran out, and where they were from."""
    Session.objects.filter(expire_date__lt=at).delete()
    yesterday = at - timedelta(days=1)
    UserSession.objects.filter(created_at__lt=yesterday).exclude(session_key__in=Session.objects.values("pk")).delete()
