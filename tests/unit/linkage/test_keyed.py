"""HMAC-SHA256 in SQL is Python's."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest

from linkage.keyed import hmac_sha256, pads


@pytest.mark.parametrize("key", [b"", b"k", bytes(range(32)), b"\xff" * 64])
@pytest.mark.parametrize("text", ["", "individu|dtsen|0|2026-06", "UJI é 日"])
def test_the_same_digits_as_python_s_own(key, text):
    with duckdb.connect() as con:
        found = con.execute(f"select {hmac_sha256('$text')}", {"text": text, **pads(key)}).fetchone()
    assert found == (hmac.new(key, text.encode(), hashlib.sha256).hexdigest(),)


def test_a_key_that_hmac_would_hash_first_is_refused():
    with pytest.raises(ValueError, match=r"the key has 65 bytes, at most 64 expected"):
        pads(b"k" * 65)
