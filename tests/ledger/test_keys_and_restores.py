"""The key that signs, its change, and a database that is behind what was signed (ledger.md §1)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.training.acting import PASSED, held, settle
from titan.core import guards
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid
from titan.evidence.storage import evidence_store
from titan.ledger.alarms import open_alarms
from titan.ledger.beside import NAME, kept_beside
from titan.ledger.commands import sign
from titan.ledger.commands.restored import accept_restore
from titan.ledger.commands.rotate import announce_key
from titan.ledger.commands.sign import note_key_back, sign_head, sign_quietly
from titan.ledger.keys import KeyMissingError, KeyUnusableError, is_readable_by_others, replace_seed, signing_key
from titan.ledger.models import Head, Leaf
from titan.ledger.queries.checkpoints import newest_checkpoint, vkeys
from titan.ledger.queries.tree import root_at
from titan.ledger.rules import notes
from titan.ledger.rules.canonical import read
from titan.training.commands import finalize_session

pytestmark = pytest.mark.django_db

ADMIN, SUPER = cast.actor(), cast.actor(Role.SUPER_ADMIN)
REASON = "The disk failed on 3 March; the backup of that night was restored."


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A key file of this test alone, with the key that the ledger announced."""
    source = Path(settings.TITAN_LEDGER_KEY_FILE)
    path = tmp_path / "keys" / "ledger.key"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(source.read_bytes())
    path.chmod(0o400)
    settings.TITAN_LEDGER_KEY_FILE = path
    return path


def newest_leaf() -> dict[str, Any]:
    return read(bytes(Leaf.objects.order_by("-index").values_list("data", flat=True)[0]))


def a_class() -> Any:
    course = cast.make_course()
    people = {cast.make_worker(): PASSED}
    settle()
    return held(course, people)


class TestTheKey:
    def test_it_is_for_its_owner_alone(self, site: Any, key_file: Path) -> None:
        assert not is_readable_by_others()
        key_file.chmod(0o444)
        assert is_readable_by_others()

    def test_a_first_key_is_made_once_and_kept_safe(self, settings: Any, tmp_path: Path) -> None:
        settings.TITAN_LEDGER_KEY_FILE = tmp_path / "new" / "ledger.key"
        made = signing_key(make=True).private_bytes_raw()
        assert signing_key().private_bytes_raw() == made == signing_key(make=True).private_bytes_raw()
        assert os.stat(settings.TITAN_LEDGER_KEY_FILE).st_mode & 0o777 == 0o400
        assert os.stat(tmp_path / "new").st_mode & 0o777 == 0o700

    def test_a_lost_key_is_never_made_anew_behind_your_back(self, site: Any, key_file: Path) -> None:
        key_file.unlink()
        with pytest.raises(KeyMissingError, match="rotate-key"):
            signing_key()
        sign_quietly()
        assert not key_file.exists()
        assert [alarm.code for alarm in open_alarms()] == ["LEDGER_KEY_UNKNOWN"]

    def test_half_a_key_is_no_key(self, site: Any, key_file: Path) -> None:
        key_file.chmod(0o600)
        key_file.write_bytes(b"short")
        with pytest.raises(KeyUnusableError, match="32 bytes"):
            signing_key()

    def test_another_key_signs_nothing_and_stops_every_finalization(self, site: Any, at: Any, key_file: Path) -> None:
        session, right = a_class(), key_file.read_bytes()
        before = newest_checkpoint()
        key_file.chmod(0o600)
        key_file.write_bytes(bytes(32))
        assert sign_head() is None
        assert newest_checkpoint() == before
        with pytest.raises(Conflict) as closed:
            finalize_session(session.pk, by=ADMIN, at=at)
        assert "LEDGER_ALARM" in {error.code for error in closed.value.errors}
        key_file.write_bytes(right)
        note_key_back()
        assert not open_alarms()
        finalize_session(session.pk, by=ADMIN, at=at)

    def test_rotation_is_a_leaf_and_the_next_checkpoint_is_signed_by_the_new_key(
        self, site: Any, at: Any, key_file: Path
    ) -> None:
        sign_head()
        first, old = newest_checkpoint(), vkeys()[-1]
        aside = replace_seed()
        assert aside is not None
        announced = announce_key(by=SUPER, at=at)
        sign_head()
        newest = newest_checkpoint()
        assert newest is not None
        assert first is not None
        assert str(vkeys()[-1]) == announced != str(old)
        assert newest_leaf()["previous"] == str(old)
        assert notes.is_signed_by(newest.note, vkeys()[-1])
        assert not notes.is_signed_by(newest.note, old)
        assert notes.is_signed_by(first.note, old), "what was signed before stays signed"

    def test_who_and_when_a_key_is_announced(self, site: Any, at: Any, key_file: Path) -> None:
        with pytest.raises(Forbidden):
            announce_key(by=ADMIN, at=at)
        with pytest.raises(Conflict) as same:
            announce_key(by=SUPER, at=at)
        assert same.value.code == "KEY_UNCHANGED"


class TestARestore:
    def behind(self, at: Any) -> notes.Checkpoint:
        """Make the checkpoint beside the evidence one of a future that this database does not know."""
        sign_head()
        head = Head.objects.get()
        future = notes.Checkpoint(head.origin, head.size + 5, bytes(32))
        evidence_store().put_note(NAME, notes.sign(future, signing_key()).encode())
        return future

    def test_a_database_from_before_signs_nothing_and_finalizes_nothing(self, site: Any, at: Any) -> None:
        session = a_class()
        self.behind(at)
        assert sign_head() is None
        (alarm,) = open_alarms()
        assert alarm.code == "LEDGER_BEHIND"
        with pytest.raises(Conflict) as closed:
            finalize_session(session.pk, by=ADMIN, at=at)
        assert "LEDGER_ALARM" in {error.code for error in closed.value.errors}

    def test_what_another_process_signs_meanwhile_is_no_alarm(
        self, site: Any, at: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = a_class()
        sign_head()

        def somebody_is_faster() -> str | None:
            monkeypatch.setattr(sign, "kept_beside", kept_beside)
            finalize_session(session.pk, by=ADMIN, at=at)
            sign_head()
            return kept_beside()

        monkeypatch.setattr(sign, "kept_beside", somebody_is_faster)
        assert sign_head() is not None
        assert not open_alarms()

    def test_another_history_of_the_same_length_is_told(self, site: Any, at: Any) -> None:
        sign_head()
        head = Head.objects.get()
        other = notes.Checkpoint(head.origin, head.size, bytes(32))
        evidence_store().put_note(NAME, notes.sign(other, signing_key()).encode())
        assert sign_head() is None
        assert [alarm.code for alarm in open_alarms()] == ["LEDGER_FORKED"]

    def test_the_evidence_of_another_site_is_told(self, site: Any, at: Any) -> None:
        sign_head()
        other = notes.Checkpoint("titan-ffffffffffff/1", 2, bytes(32))
        evidence_store().put_note(NAME, notes.sign(other, signing_key()).encode())
        assert sign_head() is None
        assert [alarm.code for alarm in open_alarms()] == ["LEDGER_FORKED"]

    def test_an_honest_restore_begins_a_new_epoch_that_quotes_what_was_lost(self, site: Any, at: Any) -> None:
        session = a_class()
        self.behind(at)
        lost = kept_beside()
        sign_head()
        size = Head.objects.get().size
        origin = accept_restore(REASON, by=SUPER, at=at)
        head = Head.objects.get()
        assert head.origin == origin
        assert origin.endswith("/2")
        assert (head.epoch, head.size) == (2, size + 2)
        opened = read(bytes(Leaf.objects.get(pk=size).data))
        assert (opened["type"], opened["lost"], opened["origin"]) == ("ledger.epoch", lost, origin)
        assert not open_alarms()
        signed = sign_head()
        assert signed is not None
        assert (signed.origin, signed.size, signed.root) == (origin, size + 2, root_at(size + 2))
        assert finalize_session(session.pk, by=ADMIN, at=at).ledger_entry == Head.objects.get().size - 1

    def test_who_accepts_and_why(self, site: Any, at: Any) -> None:
        with pytest.raises(Conflict) as fine:
            accept_restore(REASON, by=SUPER, at=at)
        assert fine.value.code == "NOT_BEHIND"
        self.behind(at)
        sign_head()
        with pytest.raises(Forbidden):
            accept_restore(REASON, by=ADMIN, at=at)
        with pytest.raises(Invalid):
            accept_restore("  ", by=SUPER, at=at)

    def test_a_note_that_cannot_be_read_is_no_alarm(self, site: Any, at: Any) -> None:
        sign_head()
        evidence_store().put_note(NAME, b"torn")
        from django.db import connection

        with connection.cursor() as cursor:
            guards.remove()
            cursor.execute("DELETE FROM ledger_checkpoint")
            guards.install()
        assert sign_head() is not None
        assert not open_alarms()
        assert (kept_beside() or "").startswith("titan-")
