"""An exported list that nobody changed changes nothing when it is imported."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from tests import cast
from tests.exchange.exports.test_headings import KINDS
from tests.exchange.exports.world import asked, listing
from titan.core.actor import Role, Via, system_actor
from titan.core.language import list_separator, words_in
from titan.demo import SITE
from titan.evidence.commands import Upload
from titan.exchange.exports.files import Format, export_file
from titan.exchange.imports.commands import open_import
from titan.exchange.imports.queries.imports import import_rows, one_import
from titan.exchange.imports.rules.states import Outcome
from titan.exchange.site_folder.commands import load_site

BY = cast.actor(Role.HSE_ADMIN)
FULL = pytest.param("full", marks=pytest.mark.long)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """The demo site, loaded once for all tests here."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load_site(SITE, by=system_actor(Via.CLI), at=cast.AT)
        yield cast.AT
        transaction.set_rollback(True)
