"""Sessions in people's calendars: feeds to subscribe to, and the file of one session (docs/calendars.md).

A feed is an address that a calendar program reads without signing in. What it says is kept in a table of its own
(`Event`), because a calendar must be told about what is gone: a slot taken out, a draft deleted, a class given to
somebody else.
"""
