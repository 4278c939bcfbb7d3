"""`python -m tests.browser.showroom`: make and serve the site of TITAN_HOME."""

from __future__ import annotations

from tests.browser.showroom.serving import main

if __name__ == "__main__":
    main()
