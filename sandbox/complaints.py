"""Complaints (contracts/sources.md 4): each kind with its course, its visits and its right outcome.

The numbers are those of the hard cases of domain.md section 8.
"""

from dataclasses import dataclass

from sandbox.visits import Finding

MAMPU, LAYAK = Finding("mampu", "MAMPU"), Finding("layak")
_SEEN = ("diterima", "diverifikasi", "ditugaskan", "diperiksa")
_UPHELD, _REJECTED = (*_SEEN, "terbukti", "selesai"), (*_SEEN, "tidak_terbukti", "selesai")
_UNSEEN = ("diterima", "diverifikasi", "ditugaskan", "tidak_dapat_diperiksa")


@dataclass(frozen=True)
class Kind:
    """One kind of complaint; `monthly` is how many a month brings at SCALE 1 (at least one at any scale)."""

    name: str
    monthly: int
    sort: str  # of target, see Targets
    alasan: str
    path: tuple[str, ...]
    outcome: str
    findings: tuple[Finding, ...] = ()
    number: int | None = None
    told: str = "acak"  # how well the reported person is described: lengkap, sebagian, samar; acak: drawn
    days: tuple[int, int] = (1, 24)  # of the month on which it may arrive
    program: tuple[str, ...] | None = None
    twin: str | None = None  # a second complaint: `lain` by somebody else, `sama` by the same one, later
    far: bool = False  # the complainant lives in another village
    relative: bool = False  # the officer is of the family
    early: bool = False  # the visit is dated before the complaint


KINDS = (
    Kind("mampu", 2, "rich", "MAMPU", _UPHELD, "nonaktif", (MAMPU,)),
    Kind("layak", 12, "needy", "MAMPU", _REJECTED, "tidak_ada", (LAYAK,)),
    Kind("meninggal", 1, "dead", "MENINGGAL", _UPHELD, "nonaktif", (Finding("meninggal", "MENINGGAL"),)),
    Kind("pindah", 1, "gone", "PINDAH", _UPHELD, "tutup_pindah", (Finding("pindah", "PINDAH"),)),
    Kind("samar", 3, "well_off", "MAMPU", _UNSEEN, "tinjauan", number=25, told="samar"),
    Kind("salah_tetangga", 1, "namesake", "MAMPU", _UPHELD, "nonaktif", (MAMPU,), 26, "sebagian"),
    Kind("dicabut", 2, "needy", "MAMPU", ("diterima", "diverifikasi", "dicabut"), "dicabut", number=27),
    Kind("dua_aduan", 1, "well_off", "MAMPU", _UPHELD, "nonaktif", (MAMPU,), 28, days=(1, 14), twin="lain"),
    Kind("hanya_pkh", 1, "on_pkh", "MAMPU", _UPHELD, "nonaktif", (MAMPU,), 29, program=("PKH",)),
    Kind("asn", 1, "well_off", "ASN_TNI_POLRI", _UPHELD, "nonaktif", (Finding("mampu", "KK_ASN"),), 30),
    Kind("berulang", 1, "needy", "MAMPU", _REJECTED, "tidak_ada", (LAYAK,), 31, days=(1, 5), twin="sama"),
    Kind("lewat_sla", 2, "well_off", "MAMPU", ("diterima", "diverifikasi"), "kedaluwarsa", number=32),
    Kind("desa_lain", 1, "rich", "MAMPU", _UPHELD, "nonaktif", (MAMPU,), 33, far=True),
    Kind("lewat_batas", 1, "well_off", "MAMPU", _UPHELD, "nonaktif", (MAMPU,), 34, days=(18, 21)),
    Kind("tidak_ditemukan", 1, "gone_family", "ORANG_TDK_DITEMUKAN", _UPHELD, "nonaktif",
         (Finding("tidak_ditemukan", "ORANG_TDK_DITEMUKAN"),) * 2),
    Kind("sekali_tidak_ditemukan", 1, "needy", "ORANG_TDK_DITEMUKAN", _UNSEEN, "tidak_ada",
         (Finding("tidak_ditemukan", "ORANG_TDK_DITEMUKAN"),)),
    Kind("tidak_dapat_diperiksa", 1, "needy", "MAMPU", _UNSEEN, "tidak_ada", (Finding("tidak_dapat_diperiksa"),)),
    Kind("petugas_kerabat", 1, "well_off", "MAMPU", _UPHELD, "perlu_periksa", (MAMPU,), 57, relative=True),
    Kind("bertentangan", 1, "well_off", "MAMPU", _UPHELD, "perlu_periksa", (MAMPU, LAYAK)),
    Kind("urutan_tanggal", 1, "well_off", "MAMPU", _UPHELD, "perlu_periksa", (MAMPU,), early=True),
    Kind("alasan_tidak_dikenal", 1, "well_off", "LAIN_LAIN", _UPHELD, "perlu_periksa",
         (Finding("mampu", "LAIN_LAIN"),)),
    Kind("tanpa_bukti", 2, "needy", "MAMPU", ("diterima", "ditolak"), "ditolak"),
)  # fmt: skip

_TEXT = {
    "MAMPU": "Sudah mampu, rumahnya bagus dan punya mobil, kok masih dapat bantuan.",
    "MENINGGAL": "Orangnya sudah meninggal tetapi bantuannya masih cair.",
    "PINDAH": "Sudah lama pindah, rumahnya kosong.",
    "ORANG_TDK_DITEMUKAN": "Tidak ada orang dengan nama itu di RT kami.",
    "ASN_TNI_POLRI": "Kepala keluarganya pegawai negeri, masih menerima bantuan.",
    "LAIN_LAIN": "Mohon diperiksa.",
}
_CHANNELS = ("aplikasi", "whatsapp", "lapor", "desa")


def body(people, kind: Kind, rng, case: str, reporter: int, named: int, family: int, photo) -> dict:
    """The part of a complaint that all its versions share.

    `named` is the person that it names, `family` the family whose address it gives.
    """
    p = people.world.persons
    told = kind.told if kind.told != "acak" else ("lengkap", "lengkap", "sebagian")[int(rng.integers(3))]
    where = people.address(family)
    if told == "samar":
        subject = {"nama": people.nickname(named)} | {key: where[key] for key in ("rt", "desa", "kecamatan")}
    else:
        subject = {"nama": people.name(named)} | where
        if told == "lengkap":
            subject |= {"nik": people.nik(named), "no_kk": people.kk(family)}
    return {
        "id": case, "kanal": _CHANNELS[int(rng.integers(4))],
        "pelapor": {
            "nik": people.nik(reporter), "nama": people.name(reporter), "hp": people.phone(reporter),
            "kode_desa": people.village(int(p.hh[reporter])), "rahasia": True,
        },
        "terlapor": subject, "program": list(kind.program) if kind.program else None, "alasan": kind.alasan,
        "uraian": _TEXT[kind.alasan], "bukti": [] if kind.name == "tanpa_bukti" else [photo],
    }  # fmt: skip
