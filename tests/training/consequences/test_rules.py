"""The digest of a list, and how two lists differ."""

from __future__ import annotations

from titan.training.consequences.rules import Basis, Line, basis_of, drift


def test_the_digest_names_the_list() -> None:
    lines = [Line("RECORD", 2, 1, "RESTS"), Line("RECORD", 1, 1, "RESTS"), Line("COMPETENCY", 1, 1, "RESTS")]
    ended = [Line("RECORD", 3, 1, "REVOKED"), Line("RECORD", 4, 1, "OTHER_EVIDENCE")]
    basis = basis_of(lines)
    assert basis == Basis((1, 2), (1,)) == basis_of([*reversed(lines), *ended])
    others = [Basis((1, 2), ()), Basis((1,), (1,)), Basis((12,), (1,)), Basis((), (1, 2)), Basis((), ())]
    assert len({basis.digest, *(one.digest for one in others)}) == 1 + len(others)
    assert all(len(one.digest) == 64 for one in others)


def test_how_two_lists_differ() -> None:
    found = drift(Basis((1, 2), (7,)), Basis((2, 3), ()))
    assert (found.more, found.less) == (Basis((3,), ()), Basis((1,), (7,)))
