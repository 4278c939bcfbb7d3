"""The tree and Ed25519 of the verifier: as RFC 6962 and RFC 8032 say, and as others compute them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs.building import (
    KEY,
    leaf_hash,
    path_of,
    root_of,
)
from titan.packs import verify


def test_every_path_of_every_small_tree_leads_to_its_root() -> None:
    leaves = [bytes([number]) for number in range(20)]
    for size in range(1, len(leaves) + 1):
        hashes = [leaf_hash(leaf) for leaf in leaves[:size]]
        for index in range(size):
            path = path_of(index, hashes)
            assert verify.root_by(path, index, size, leaves[index]) == root_of(hashes)
            for wrong in ([*path, bytes(32)], path[1:] if path else [bytes(32)]):
                assert_refused(verify.root_by, wrong, index, size, leaves[index], but=root_of(hashes))


def assert_refused(function: Callable[..., bytes], *arguments: object, but: bytes) -> None:
    with suppress(ValueError):
        assert function(*arguments) != but


def test_known_roots() -> None:
    """Roots of the trees over the inputs that implementations of RFC 6962 are commonly tested with."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [leaf_hash(bytes.fromhex(each)) for each in inputs]
    assert root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        verify.check_signature(public, signature, message)
    except ValueError:
        return False
    return True


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
        "be24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb430"
        "2aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716e"
        "d28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize("vector", RFC_8032)
def test_vectors_of_rfc_8032(vector: tuple[str, str, str]) -> None:
    public, message, signature = map(bytes.fromhex, vector)
    assert holds(public, signature, message)
    assert not holds(public, signature, message + b"\0")
    for wrong in (signature[:-1], signature + b"\0", b""):
        assert not holds(public, wrong, message)
    assert not holds(public[:-1], signature, message)
    assert not holds(public + b"\0", signature, message)


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.data())
def test_ed25519_agrees_with_another_implementation(seed: bytes, message: bytes, data: st.DataObject) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert holds(public, signature, message)
    whole = bytearray(public + signature + message)
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    changed = bytes(whole[:32]), bytes(whole[32:96]), bytes(whole[96:])
    assert holds(*changed) == other_holds(*changed) is False


def other_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_ed25519_refuses_what_a_lax_verifier_takes() -> None:
    message, order = b"a message", verify.L
    public, signature = KEY.public_key().public_bytes_raw(), KEY.sign(message)
    s = int.from_bytes(signature[32:], "little")
    assert not holds(public, signature[:32] + (s + order).to_bytes(32, "little"), message)
    # Of small order: 1, -1 and 0 as y, both signs of the last, and the first two written as y + p.
    small = [y.to_bytes(32, "little") for y in (1, verify.P - 1, 0, 1 << 255, verify.P, verify.P + 1, 1 + (1 << 255))]
    for point in small:
        # With the neutral element as key and s = 0, a lax verifier accepts any message.
        assert not holds(point, small[0] + bytes(32), message)
        assert not holds(public, point + signature[32:], message)


WITHOUT_X = (2).to_bytes(32, "little")


def test_a_point_is_written_in_one_way() -> None:
    public = KEY.public_key().public_bytes_raw()
    assert verify.point(public)
    # Too long, too short, without an x, and each y that is written as y + p though it would fit.
    for wrong in (public + b"\0", public[:-1], WITHOUT_X, *((verify.P + y).to_bytes(32, "little") for y in range(19))):
        with pytest.raises(ValueError, match="not a point"):
            verify.point(wrong)


def test_ed25519_takes_milliseconds() -> None:
    public, signature = KEY.public_key().public_bytes_raw(), KEY.sign(b"x")
    start = time.process_time()
    for _ in range(5):
        verify.check_signature(public, signature, b"x")
    assert (time.process_time() - start) / 5 < 0.1
