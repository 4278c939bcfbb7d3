"""A sheet with only some columns changes only those, also of people who have a supervisor."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests import cast
from tests.exchange.folders import write
from tests.exchange.imports.files import upload, workbook
from titan.core.actor import Role, Via, system_actor
from titan.exchange.imports.commands import apply_import, open_import
from titan.exchange.imports.queries.imports import one_import
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker

BY = cast.actor(Role.HSE_ADMIN)


@pytest.mark.django_db
def test_a_supervisor_who_is_not_in_the_file_stays(tmp_path: Path, at: datetime) -> None:
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=at - timedelta(hours=1))
    number = open_import(upload(workbook(("S", [["Badge", "Email"], ["N-1", "new@site.example"]]))), by=BY, at=at)
    view = one_import(number, by=BY, at=at)
    assert (view.counts.changed, view.counts.refused) == (1, 0)
    apply_import(number, by=BY, at=at)
    worker = Worker.objects.select_related("supervisor").get(employee_id="N-1")
    assert worker.email == "new@site.example"
    assert worker.supervisor is not None
    assert worker.supervisor.employee_id == "N-2"
