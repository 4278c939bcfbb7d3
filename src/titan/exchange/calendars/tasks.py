"""What calendars need once a night."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import system_actor
from titan.exchange.calendars.commands.publish import AT_ONCE, catch_up, sessions_to_look_at
from titan.exchange.calendars.rules import PAST


def catch_up_calendars(at: datetime) -> None:
    """Tell the calendars what was written past the commands, such as by a server of an earlier release."""
    sessions = sessions_to_look_at(at=at, past=PAST)
    for begin in range(0, len(sessions), AT_ONCE):
        catch_up(sessions[begin : begin + AT_ONCE], by=system_actor(), at=at)
