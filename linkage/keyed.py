"""HMAC-SHA256 (RFC 2104) in SQL, because DuckDB has no function for it."""

from __future__ import annotations

# Bytes of a block of SHA-256.
BLOCK = 64


def hmac_sha256(text: str) -> str:
    """SQL for the HMAC of a text, as 64 hex digits. The statement needs the parameters `pads`."""
    return f"sha256($outer || unhex(sha256($inner || encode({text}))))"


def pads(key: bytes) -> dict[str, bytes]:
    """The parameters `inner` and `outer` of `hmac_sha256` under a key. Raises ValueError for a key over 64 bytes."""
    if len(key) > BLOCK:
        raise ValueError(f"HMAC-SHA256 in SQL: the key has {len(key)} bytes, at most {BLOCK} expected; use its SHA-256")
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(BLOCK, b"\0")) for pad in (0x36, 0x5C))
    return {"inner": inner, "outer": outer}
