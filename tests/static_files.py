"""The static files of the product, looked for once in a run of tests: each of thousands of clients would look anew."""

from __future__ import annotations

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware


class FoundOnce(WhiteNoiseMiddleware):
    """Serves static files as the product does."""

    found: dict[str, Any] = {}

    def add_files_from_finders(self) -> None:
        """Take over what the first one found."""
        if not self.found:
            super().add_files_from_finders()
            self.found.update(self.files)
        self.files = self.found
