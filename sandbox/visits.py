"""Field verifications (contracts/sources.md 3): what an officer saw, where, and the photos that prove it."""

import hashlib
from dataclasses import dataclass

from sandbox.people import day_text, instant_text

_NOTE = {
    "mampu": "Rumah permanen, ada kendaraan roda empat.", "layak": "Kondisi rumah sesuai data.",
    "meninggal": "Keluarga menunjukkan akta kematian.", "pindah": "Tetangga menerangkan sudah pindah.",
    "tidak_ditemukan": "Tidak ada yang mengenal di alamat itu.", "tidak_dapat_diperiksa": "Jalan terputus banjir.",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """The result of one visit and the reason code that goes with it (domain.md 3.3)."""

    hasil: str
    alasan: str | None = None


def photo(*what: object) -> dict[str, str]:
    """A photo: the hash of what it shows, and an address that nobody can fetch."""
    digest = hashlib.sha256("/".join(map(str, what)).encode()).hexdigest()
    return {"sha256": digest, "url": f"https://foto.bratasena.invalid/{digest[:24]}.jpg"}


def body(people, targets, visit: str, case: str | None, jenis: str, finding: Finding, target, second: int, **more):
    """A verification of `target` (family, person) at the instant `second`, as the feed carries it.

    `more` may have `program`, the programmes to which it is limited, `officer`, another person than the officer of the
    kecamatan, and `dated`, the instant that the officer claims.
    """
    family, person = target
    officer = more.get("officer")
    kecamatan = people.village(family)[6:8]
    officer = targets.officer(family, visit) if officer is None else officer
    seen = finding.hasil not in ("tidak_ditemukan", "tidak_dapat_diperiksa")
    shown = [photo(people.world.seed, visit, side) | {"diambil": instant_text(second - 900)} for side in "ab"]
    return {
        "id": visit, "jenis": jenis, "rujukan": case,
        "id_keluarga": people.simnakis_id(family) if targets.known_to_district(family) else None,
        "nik": people.nik(person), "petugas": f"pkh.{kecamatan}.{officer % 1000:03d}",
        "petugas_nik": people.nik(officer), "tanggal": day_text(more.get("dated", second) // 86_400),
        "hasil": finding.hasil,
        "alasan": finding.alasan, "program": more.get("program"), "koordinat": people.position(family),
        "foto": shown if seen else shown[:1], "catatan": _NOTE[finding.hasil], "diubah": instant_text(second),
    }  # fmt: skip
