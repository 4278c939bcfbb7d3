"""The demo site with a session in every state, served for whoever looks at screens: tests and `make pictures`.

It has a process, a home and a clock of its own (Monday, 10:30 on the site), so that nothing it shows depends on the day
on which it is looked at. Everything in it was made through the real commands.
"""

from __future__ import annotations

from tests.browser.showroom.opening import CAREFUL, Showroom, showroom

__all__ = ["CAREFUL", "Showroom", "showroom"]
