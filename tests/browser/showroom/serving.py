"""What runs in the showroom's process: the site is made once and served."""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine

from tests.browser.showroom.opening import NOW, READY


def main() -> None:
    """Make and serve the site of TITAN_HOME until standard input ends."""
    made = Path(os.environ["TITAN_HOME"]) / "places.json"
    with time_machine.travel(NOW, tick=True):
        from tests.browser.showroom.places import all_places
        from titan.cli.demo import make_demo
        from titan.cli.start import start

        start()
        if not made.exists():
            _begin_early()
            make_demo()
            made.write_text(json.dumps(all_places()))
        _serve(json.loads(made.read_text()))


def _begin_early() -> None:
    """Let the site be older than its data, so that somebody on it can have a past."""
    from titan.core.actor import system_actor
    from titan.core.settings import set_up_site

    set_up_site("Showroom", "Asia/Baku", by=system_actor(), at=NOW - timedelta(days=60))


def _serve(places: dict[str, Any]) -> None:
    from django.conf import settings
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from titan.accounts.models import User
    from titan.cli.demo import LOGINS
    from titan.cli.serving import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keys = {role.value: _key(User.objects.get(email=email)) for role, (email, _name) in LOGINS.items()}
    keys |= {name: _key(User.objects.get(pk=places[name])) for name in ("unlinked", "careful", "keyed")}
    opened = {
        "address": f"http://127.0.0.1:{server.server_port}",
        "cookie": settings.SESSION_COOKIE_NAME,
        "keys": keys,
        "places": places,
    }
    print(f"{READY}{json.dumps(opened)}", flush=True)
    sys.stdin.read()
    server.shutdown()


def _key(user: Any) -> str:
    """Return the session key of somebody who has just given their password, so that no page asks for it again."""
    from importlib import import_module

    from django.conf import settings

    from tests.browser.visitor import session_key_of

    key = session_key_of(user)
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    given = {"method": "password", "at": (NOW + timedelta(days=1)).timestamp(), "reauthenticated": True}
    session["account_authentication_methods"] = [given]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return key
