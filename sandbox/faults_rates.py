"""How often each fault comes, by fault model, and the name of each in the truth file.

There are three models. `biasa` is the measured set-up of the linkage work, `dua_kali` has the same faults twice as
often, and `lain` has other and harder ones. `lain` is held out: a matcher is judged by it and never tuned on it. All
stay below the refusal thresholds of contracts/rules.md.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class FaultRates:
    """Shares of the records of a source, person records where nothing else is said."""

    nik_missing: float = 0.03
    nik_digit: float = 0.015  # one digit wrong
    nik_other: float = 0.005  # another member's
    nik_scientific: float = 0.0003
    nik_zeros: float = 0.0003  # ...0000 by a spreadsheet
    nik_no_40: float = 0.002  # of women: the day without + 40
    nik_temporary: float = 0.0005  # serial 9999
    nik_old: float = 0.03  # of those with one digit wrong: not a slip, but the number that the person had before
    name: float = 0.08
    born: float = 0.02
    mother: float = 0.05  # TIDAK TAHU and the like
    kk: float = 0.06  # of families: an old number or a misspelt one
    village: float = 0.01  # of families: a wrong village, code and name agreeing
    lost_zeros: float = 0.02  # of families: RT and RW as a spreadsheet left them
    duplicate: float = 0.01  # the person is in the source twice, with two ids
    duplicate_keeps_nik: float = 0.5
    dead_marked: float = 0.15  # of the dead that the source believes alive: "ALM." before the name
    housing: float = 0.03  # of observed values: one step off
    # Rows that a landing has to set aside; of the rows of their table.
    empty_name: float = 0.0002
    unknown_village: float = 0.0001
    contradicting_village: float = 0.0001
    unknown_code: float = 0.0001
    id_twice_other: float = 0.00005
    id_twice_same: float = 0.0001
    orphan: float = 0.00005  # a member of a family that is not in the delivery
    no_kecamatan: float = 0.001  # DTJateng: a family without the code of its kecamatan


@dataclass(frozen=True)
class OtherRates(FaultRates):
    """The held-out model: where the usual one slips a digit or copies a member's NIK, this one errs otherwise."""

    nik_digit: float = 0.0
    nik_other: float = 0.0
    name: float = 0.0
    born: float = 0.01
    kk: float = 0.02
    nik_alike: float = 0.015  # a digit read as one that looks like it
    nik_spouse: float = 0.008  # of heads and their husbands or wives
    nik_shift_family: float = 0.003  # of families: each member has the NIK of the next
    nik_shift_village: float = 0.002  # of stretches of a village's list: each row has the NIK of the next
    nik_twin: float = 0.15  # of twins: the other one's
    name_other: float = 0.09
    born_year: float = 0.012  # two digits of the year swapped, or the last one mistyped
    kk_kept: float = 0.06  # of families: the number before the present one, however often the record is updated
    kk_alike: float = 0.01


# The rates that `dua_kali` doubles. Left out are shares within a fault (who keeps a NIK, which slip was an old number),
# and numbers spoilt by a spreadsheet, because twice as many of those would now and then cause a refusal.
_DOUBLED = (
    "nik_missing", "nik_digit", "nik_other", "nik_no_40", "nik_temporary", "name",
    "born", "mother", "kk", "village", "lost_zeros", "duplicate", "dead_marked", "housing", "empty_name",
    "unknown_village", "contradicting_village", "unknown_code", "id_twice_other", "id_twice_same", "orphan",
    "no_kecamatan",
)  # fmt: skip
_USUAL = FaultRates()
PRESETS = {
    "biasa": _USUAL,
    "lain": OtherRates(),
    "dua_kali": replace(_USUAL, **{name: 2 * getattr(_USUAL, name) for name in _DOUBLED}),
}

NIK_FAULTS = (
    "", "nik_kosong", "nik_satu_digit", "nik_anggota_lain", "nik_ilmiah", "nik_nol", "nik_tanpa_40", "nik_sementara",
    "nik_lama", "nik_mirip", "nik_pasangan", "nik_geser_keluarga", "nik_geser_desa", "nik_kembar",
)  # fmt: skip
MISSING, DIGIT, OTHER, SCIENTIFIC, ZEROS, NO_40, TEMPORARY, OLD = range(1, 9)
ALIKE, SPOUSE, SHIFTED_FAMILY, SHIFTED_VILLAGE, TWIN = range(9, 14)
NAME_FAULTS = (
    "", "nama_oe", "nama_dj", "nama_tj", "nama_y", "nama_gelar", "nama_singkat", "nama_rapat", "nama_terpotong",
    "nama_huruf", "nama_ketik", "nama_satu_kata", "nama_terbalik", "nama_alm", "nama_inisial", "nama_inisial_depan",
    "nama_akhir_depan", "nama_suku_kata", "nama_tanpa_vokal", "nama_papan_ketik", "nama_bunyi", "nama_spasi_hilang",
)  # fmt: skip
ALM = 13
KK_FAULTS = ("", "kk_lama", "kk_salah_ketik", "kk_lama_bertahan", "kk_mirip")
BORN_FAULTS = ("", "tanggal_baku", "tanggal_tertukar", "tanggal_salah", "tahun_salah_ketik")
