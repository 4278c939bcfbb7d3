import pytest
from hypothesis import given, settings
import tests.compliance.test_engine_against_oracle as t
from titan.compliance.models import SweptDay
real=t.refresh
def patched(w,c,*,today):
    s=SweptDay.objects.first()
    real(w,c,today=max(today,s.day) if s else today)
@pytest.mark.django_db
@settings(t.QUICK, max_examples=300)
@given(t.NEAR,t.MOVES)
def test_clock(spec,moves):
    t.refresh=patched
    try: t.check_clock(spec,moves)
    finally: t.refresh=real
@pytest.mark.django_db
@settings(t.QUICK, max_examples=300)
@given(t.NEAR,t.NIGHTS)
def test_life(spec,nights):
    t.check_life(spec,nights)
@pytest.mark.django_db
def test_seconds():
    t.refresh=patched
    try: t.test_a_command_with_a_clock_seconds_behind_leaves_nothing_stale()
    finally: t.refresh=real
