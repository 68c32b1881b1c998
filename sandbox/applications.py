"""Applications and withdrawals (contracts/sources.md 5): each kind with its course and its right outcome."""

from dataclasses import dataclass

from sandbox.visits import Finding, photo

_FOUND, _RICH = Finding("layak"), Finding("mampu", "MAMPU")
_ASSESSED = ("diajukan", "verifikasi_lapangan")
_PROPOSED = (*_ASSESSED, "layak", "musdes", "diusulkan")
MONAS = {"lat": -6.175392, "lon": 106.827153, "akurasi_m": 12}


@dataclass(frozen=True)
class Kind:
    """One kind of application; `monthly` is how many a month brings at SCALE 1 (at least one at any scale)."""

    name: str
    monthly: int
    jenis: str
    sort: str  # of target, see Targets; "upheld": a family of an upheld complaint of an earlier month
    path: tuple[str, ...]
    outcome: str
    findings: tuple[Finding, ...] = ()
    number: int | None = None
    program: tuple[str, ...] = ("PKH", "SEMBAKO")


KINDS = (
    Kind("miskin", 6, "baru", "poor", (*_PROPOSED, "diterima_pusat"), "usulan", (_FOUND,)),
    Kind("ditolak_pusat", 3, "baru", "poor", (*_PROPOSED, "ditolak_pusat"), "usulan", (_FOUND,)),
    Kind("tidak_miskin", 4, "baru", "not_poor", (*_ASSESSED, "tidak_layak"), "tidak_ada", (_RICH,)),
    Kind("kurang_berkas", 2, "baru", "poor", ("diajukan", "kurang_berkas", *_PROPOSED), "usulan", (_FOUND,)),
    Kind("foto_dipakai", 1, "baru", "not_poor", _ASSESSED, "perlu_periksa", number=56),
    Kind("lokasi_di_luar", 1, "baru", "not_poor", _ASSESSED, "perlu_periksa", number=56),
    Kind("graduasi_mandiri", 2, "graduasi_mandiri", "on_pkh", ("diajukan", "layak"), "nonaktif", program=("PKH",)),
    Kind("sanggah", 1, "sanggah", "upheld", (*_ASSESSED, "layak"), "sanggah_diterima", (_FOUND,)),
    Kind("sanggah_ditolak", 1, "sanggah", "upheld", (*_ASSESSED, "tidak_layak"), "tidak_ada", (_RICH,)),
    Kind("mengajukan_lagi", 1, "baru", "upheld", (*_PROPOSED, "diterima_pusat"), "usulan", (_FOUND,), 35),
    Kind("usulan_desa", 2, "usulan_desa", "poor", ("diajukan", "musdes", "diusulkan"), "usulan"),
    Kind("perbaikan", 2, "perbaikan", "needy", (*_ASSESSED, "layak"), "tidak_ada", (_FOUND,), None, ()),
    Kind("dicabut", 1, "baru", "poor", ("diajukan", "dicabut"), "dicabut"),
)


def body(people, kind: Kind, case: str, family: int, person: int, contests: str | None, photos: str) -> dict:
    """The part of an application that all its versions share.

    `contests` is the complaint whose outcome a sanggah contests, `photos` the case whose photos are shown.
    """
    where = people.address(family)
    position = MONAS if kind.name == "lokasi_di_luar" else people.position(family)
    return {
        "id": case, "jenis": kind.jenis,
        "pemohon": {
            "nik": people.nik(person), "no_kk": people.kk(family), "nama": people.name(person),
            "hp": people.phone(person),
        },
        "anggota": people.members(family, case), "alamat": where["alamat"], "kode_desa": where["kode_desa"],
        "koordinat": position,
        "foto": {side: photo(people.world.seed, photos, side) for side in ("depan", "samping", "dalam")},
        "program": list(kind.program), "rujukan": contests if kind.jenis == "sanggah" else None,
    }  # fmt: skip


def minutes(case: str, village: str, day: str) -> dict[str, str]:
    """The minutes of the village meeting that decided."""
    return {"nomor": f"140/{int(case[-4:]):03d}/{village[-4:]}/{day[:4]}", "tanggal": day}
