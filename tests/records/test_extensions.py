"""Scratch."""
from datetime import date
import pytest
from tests import cast
from titan.records.extensions.commands import *
from titan.records.extensions.rules import *
from titan.records.models import *
from tests.training.acting import settle
pytestmark = pytest.mark.django_db
def test_it(site):
    c = cast.make_course(); w = cast.make_worker()
    r = cast.make_record(w, c)
    settle()
    n = extend_validity(Extending(c.pk, "EXPIRES_ON", date(2027,5,1), date(2027,6,30), date(2027,12,31)), Decision("118/26", date(2026,11,3), "x y"), by=cast.actor(), at=cast.AT)
    r.refresh_from_db()
    assert r.valid_until == date(2027,12,31)
    revoke_extension(n, "wrong", by=cast.actor(), at=cast.AT)
    r.refresh_from_db()
    assert r.valid_until == r.expires_on
