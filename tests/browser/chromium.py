"""The Chromium of this machine, without a window."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
# A window that is touched says so to style sheets only if the whole browser has no mouse.
FINGERS = "--blink-settings=primaryHoverType=1,availableHoverTypes=1,primaryPointerType=2,availablePointerTypes=2"
MISSING = "This needs Chromium, which is not installed. Install it with: apt-get install chromium"


def chromium() -> str | None:
    """Return where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def launched(playwright: Playwright, *, touch: bool = False) -> Browser:
    """Return a Chromium that has just started, for a mouse or for fingers; raise SystemExit when there is none."""
    path = chromium()
    if path is None:
        raise SystemExit(MISSING)
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, FINGERS] if touch else FLAGS)
