"""The release gate: what a candidate must satisfy before anybody may approve it (contracts "What is published").

dbt tests guard the shape of each model; this gate guards the month as a whole: relations between tables, the
promise to readers, the masking, the accounting to the row, and the distance to the release before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from expectations import change, masking
from expectations.suite import Gate, Measure, Subject, literal, one_of, repeated, violations

# Limits that apply when the caller's `ambang` does not say otherwise: name -> (value, minimum_baris).
# Shares are fractions; a share acts only when its count reaches minimum_baris (rules.md "Refusals and thresholds").
LIMITS = {
    "rilis_karantina": (0.02, 20),
    "rilis_turun": (0.10, 20),
    "rilis_orang_baru": (0.02, 20),
    "rilis_orang_hilang": (0.02, 20),
    "rilis_desil_pindah": (0.25, 20),
    "rilis_peserta_turun": (0.10, 20),
}

# Tables of a candidate, each partitioned by id_rilis.
TABLES = (
    "rumah_tangga", "individu", "kepesertaan", "tautan", "asal_usul", "perubahan", "neraca", "karantina", "masalah",
    "ringkasan_desa", "ringkasan_kabupaten",
)  # fmt: skip

# Vocabularies promised to readers (published.md "Vocabulary").
HOUSEHOLD_STATUS = ("aktif", "nonaktif_diusulkan", "pindah", "bubar")
SEX = ("L", "P")
AGE_GROUP = ("0-5", "6-12", "13-17", "18-59", "60+")
RELATION = (
    "kepala", "suami", "istri", "anak", "menantu", "cucu", "orang_tua", "mertua", "famili_lain", "pembantu", "lainnya",
)  # fmt: skip
LIFE = ("hidup", "meninggal", "tidak_diketahui")
PRESENCE = (
    "tinggal_bersama", "tidak_tinggal_bersama", "pindah", "meninggal", "anggota_baru", "tidak_ditemukan",
    "tidak_diketahui",
)  # fmt: skip
NIK_VALID = ("padan", "belum_diperiksa", "tidak_padan")
NIK_STRUCTURAL = ("kosong", "rusak", "ganda", "sementara")
MEMBERSHIP = ("AKTIF", "TIDAK_AKTIF", "EXCLUDE", "GRADUASI_ALAMIAH", "GRADUASI_MANDIRI")
MEMBERSHIP_LOCAL = ("aktif", "nonaktif_diusulkan", "belum_tercermin", "tercermin", "ditolak_pusat")
FATE = ("terbit", "digabung", "karantina", "di_luar_lingkup")

# Members of a household are those not dead and not moved away (rules.md "Golden").
MEMBER = "status_hidup is distinct from 'meninggal' and keberadaan is distinct from 'pindah'"


@dataclass(frozen=True)
class Candidate:
    """What the gate must know: the release, the area, and the release before (None at the first).

    `kabupaten` is a dotted code, `jumlah_kecamatan` the number of kecamatan it has. `ambang` overrides `LIMITS`.
    `skema` holds the candidate tables, `skema_rilis` the released ones.
    """

    id_rilis: str
    kabupaten: str
    jumlah_kecamatan: int
    sebelum: str | None = None
    ambang: dict[str, tuple[float, int]] = field(default_factory=dict)
    skema: str = "release"
    skema_rilis: str = "rilis"

    def limit(self, name: str) -> tuple[float, int]:
        """(share, minimum_baris) of a named threshold."""
        return self.ambang.get(name, LIMITS[name])


def gate(candidate: Candidate) -> Gate:
    """The release gate over one candidate; comparisons with the release before only when there is one."""
    subjects = [
        _households(candidate),
        _persons(candidate),
        _relations(candidate),
        _memberships(candidate),
        _accounting(candidate),
        masking.subject(candidate.skema),
    ]
    if candidate.sebelum is not None:
        limits = {name: candidate.limit(name) for name in LIMITS}
        subjects += change.subjects(candidate.skema, candidate.skema_rilis, candidate.sebelum, MEMBER, limits)
    return Gate("rilis", tuple(subjects))


def _households(candidate: Candidate) -> Subject:
    table = f"{candidate.skema}.rumah_tangga"
    district = candidate.kabupaten.replace(".", r"\.")
    inside = (
        rf"kode_kecamatan ~ '^{district}\.\d\d$' and kode_desa ~ '^{district}\.\d\d\.\d\d\d\d$'"
        " and left(kode_desa, length(kode_kecamatan)) = kode_kecamatan"
    )
    return Subject("rumah_tangga", f"from {table}", (
        Measure("rumah_tangga_ada", "Tabel rumah tangga berisi data", "kritis", "count(*)", most=None, least=1),
        Measure("rumah_tangga_kunci", "Setiap rumah tangga punya satu nomor uid yang tidak berulang", "kritis",
                f"{violations('uid_rumah_tangga is not null')} + ({repeated(table, 'uid_rumah_tangga')})"),
        Measure("rumah_tangga_wilayah", "Kode desa dan kecamatan setiap rumah tangga ada di dalam kabupaten",
                "kritis", violations(inside)),
        Measure("kecamatan_lengkap", "Semua kecamatan punya rumah tangga aktif", "kritis",
                "count(distinct kode_kecamatan) filter (where status <> 'pindah' and status <> 'bubar')",
                most=None, least=candidate.jumlah_kecamatan, unit="kecamatan"),
        Measure("desil_rentang", "Desil nasional bernilai 1 sampai 10 atau kosong", "kritis",
                violations("desil_nasional is null or desil_nasional between 1 and 10")),
        Measure("desil_ada", "Desil nasional tidak kosong seluruhnya", "kritis", "count(desil_nasional)",
                most=None, least=1),
        Measure("rumah_tangga_kosakata", "Status rumah tangga memakai istilah yang dijanjikan", "kritis",
                violations(one_of("status", HOUSEHOLD_STATUS))),
        Measure("rumah_tangga_kosong", "Rumah tangga tanpa anggota berstatus bubar atau pindah", "kritis",
                violations("jumlah_anggota > 0 or status in ('bubar', 'pindah')")),
    ))  # fmt: skip


def _persons(candidate: Candidate) -> Subject:
    table = f"{candidate.skema}.individu"
    vocabulary = " and ".join((
        one_of("jenis_kelamin", SEX, nullable=True), one_of("kelompok_umur", AGE_GROUP, nullable=True),
        one_of("hubungan", RELATION, nullable=True), one_of("status_hidup", LIFE), one_of("keberadaan", PRESENCE),
        one_of("nik_status", NIK_VALID + NIK_STRUCTURAL),
    ))  # fmt: skip
    number = f"case when {one_of('nik_status', NIK_VALID)} then nik is not null else nik is null end"
    dead = "(status_hidup = 'meninggal') or (keberadaan is distinct from 'meninggal' and tanggal_meninggal is null)"
    return Subject("individu", f"from {table}", (
        Measure("individu_ada", "Tabel individu berisi data", "kritis", "count(*)", most=None, least=1),
        Measure("individu_kunci", "Setiap orang punya satu nomor uid yang tidak berulang", "kritis",
                f"{violations('uid_individu is not null')} + ({repeated(table, 'uid_individu')})"),
        Measure("individu_kosakata", "Kolom berkode pada individu memakai istilah yang dijanjikan", "kritis",
                violations(vocabulary)),
        Measure("nik_bentuk", "NIK yang diterbitkan terdiri atas 16 angka", "kritis",
                violations(r"nik is null or nik ~ '^\d{16}$'")),
        Measure("nik_status", "NIK kosong tepat pada orang yang status NIK-nya kosong, rusak, ganda atau sementara",
                "kritis", violations(number)),
        Measure("nik_tunggal", "Satu NIK hanya ada pada satu orang", "kritis",
                repeated(table, "nik", where="nik is not null")),
        Measure("orang_ganda", "Tidak ada dua orang dengan nama, tanggal lahir dan jenis kelamin sama di satu rumah",
                "peringatan",
                repeated(table, "uid_rumah_tangga", "nama", "tanggal_lahir", "jenis_kelamin",
                         where="nama is not null and tanggal_lahir is not null")),
        Measure("meninggal_selaras", "Orang yang bertanggal meninggal atau berkeberadaan meninggal berstatus meninggal",
                "kritis", violations(dead)),
        Measure("tanggal_lahir_wajar", "Tanggal lahir tidak sebelum 1900 dan tidak sesudah akhir bulan", "peringatan",
                violations(
                    "tanggal_lahir is null or (tanggal_lahir >= date '1900-01-01' and tanggal_lahir <"
                    f" date {literal(candidate.id_rilis.split('/')[0] + '-01')} + interval '1 month')")),
    ))  # fmt: skip


def _relations(candidate: Candidate) -> Subject:
    source = f"""from {candidate.skema}.rumah_tangga as r
full join (
    select uid_rumah_tangga, count(*) as orang, count(*) filter (where {MEMBER}) as anggota
    from {candidate.skema}.individu group by uid_rumah_tangga
) as a on a.uid_rumah_tangga = r.uid_rumah_tangga
left join {candidate.skema}.individu as k on k.uid_individu = r.uid_kepala"""
    member = MEMBER.replace("status_hidup", "k.status_hidup").replace("keberadaan", "k.keberadaan")
    return Subject("hubungan", source, (
        Measure("individu_berumah", "Setiap orang ada pada satu rumah tangga yang terbit", "kritis",
                "coalesce(sum(a.orang) filter (where r.uid_rumah_tangga is null), 0)"),
        Measure("jumlah_anggota", "Jumlah anggota sama dengan banyaknya anggota yang hidup dan tidak pindah", "kritis",
                "count(*) filter (where r.uid_rumah_tangga is not null"
                " and r.jumlah_anggota is distinct from coalesce(a.anggota, 0))"),
        Measure("kepala_anggota", "Kepala keluarga adalah anggota rumah tangga itu sendiri", "kritis",
                "count(*) filter (where r.uid_kepala is not null"
                f" and (k.uid_rumah_tangga = r.uid_rumah_tangga and {member}) is not true)"),
    ))  # fmt: skip


def _memberships(candidate: Candidate) -> Subject:
    schema = candidate.skema
    table = f"{schema}.kepesertaan"
    key = ("uid_rumah_tangga", "uid_individu", "program", "sumber_dana", "periode_salur")
    lost = f"""select count(*) from {table} as p
        left join {schema}.rumah_tangga as r on r.uid_rumah_tangga = p.uid_rumah_tangga
        left join {schema}.individu as i on i.uid_individu = p.uid_individu
        where r.uid_rumah_tangga is null or (p.uid_individu is not null and i.uid_individu is null)"""
    words = f"{one_of('status', MEMBERSHIP)} and {one_of('status_lokal', MEMBERSHIP_LOCAL, nullable=True)}"
    return Subject("kepesertaan", f"from {table}", (
        Measure("kepesertaan_ada", "Tabel kepesertaan berisi data", "peringatan", "count(*)", most=None, least=1),
        Measure("kepesertaan_kunci", "Satu kepesertaan hanya tercatat satu kali", "kritis",
                f"{violations('uid_rumah_tangga is not null and program is not null')} + ({repeated(table, *key)})"),
        Measure("kepesertaan_kosakata", "Status kepesertaan memakai istilah yang dijanjikan", "kritis",
                violations(words)),
        Measure("kepesertaan_rujukan", "Setiap kepesertaan menunjuk rumah tangga dan orang yang terbit", "kritis",
                f"({lost})"),
    ))  # fmt: skip


def _accounting(candidate: Candidate) -> Subject:
    schema, release = candidate.skema, literal(candidate.id_rilis)
    mixed = " + ".join(
        f"(select count(*) from {schema}.{table} where id_rilis is distinct from {release})" for table in TABLES
    )
    ledger = f"""select count(*) from {schema}.neraca as n
        full join (
            select p.* from buku.pendaratan as p join buku.susunan as s using (id_kiriman) where s.id_rilis = {release}
        ) as b on b.id_kiriman = n.id_kiriman and b.berkas = n.berkas
        where (n.diterima, n.dimuat, n.dikarantina) is distinct from (b.diterima, b.dimuat, b.dikarantina)"""
    fates = ", ".join(f"count(*) filter (where nasib = '{fate}') as {fate}" for fate in FATE)
    linked = f"""select count(*) from (
            select id_kiriman, case when berkas = 'anggota' then 'individu' else 'rumah_tangga' end as grain,
                diterbitkan, digabung, dikarantina, di_luar_lingkup
            from {schema}.neraca where berkas in ('keluarga', 'rumah_tangga', 'anggota')
        ) as n full join (
            select id_kiriman, grain, {fates}
            from {schema}.tautan group by 1, 2
        ) as t on t.id_kiriman = n.id_kiriman and t.grain = n.grain
        where (n.diterbitkan, n.digabung, n.dikarantina, n.di_luar_lingkup)
            is distinct from (t.terbit, t.digabung, t.karantina, t.di_luar_lingkup)"""
    aims = f"""select count(*) from {schema}.tautan as t
        left join {schema}.individu as i on t.grain = 'individu' and i.uid_individu = t.uid
        left join {schema}.rumah_tangga as r on t.grain = 'rumah_tangga' and r.uid_rumah_tangga = t.uid
        where (case when t.nasib in ('terbit', 'digabung')
            then coalesce(i.uid_individu, r.uid_rumah_tangga) is not null else t.uid is null end) is not true"""
    share, floor = candidate.limit("rilis_karantina")
    quarantined = f"""select coalesce(max(100.0 * ditahan / diterima) filter (where ditahan >= {floor}), 0) from (
            select sumber, sum(dikarantina) as ditahan, sum(diterima) as diterima
            from {schema}.neraca group by sumber having sum(diterima) > 0) as s"""
    closes = "diterima = dimuat + dikarantina and dimuat = diterbitkan + digabung + di_luar_lingkup"
    return Subject("neraca", f"from {schema}.neraca", (
        Measure("neraca_ada", "Neraca berisi data", "kritis", "count(*)", most=None, least=1),
        Measure("neraca_tertutup", "Neraca tertutup: setiap baris yang diterima dapat dipertanggungjawabkan", "kritis",
                violations(closes)),
        Measure("neraca_buku", "Neraca memuat setiap kiriman penyusun rilis dengan angka buku pendaratan", "kritis",
                f"({ledger})"),
        Measure("neraca_tautan", "Tautan memuat setiap rekaman keluarga dan orang, jumlahnya sama dengan neraca",
                "kritis", f"({linked})"),
        Measure("tautan_rujukan", "Setiap tautan menunjuk rumah tangga atau orang yang terbit", "kritis", f"({aims})"),
        Measure("satu_rilis", "Semua tabel hanya memuat baris rilis ini", "kritis", mixed),
        Measure("karantina_wajar", "Baris yang dikarantina per sumber tidak melebihi batas", "peringatan",
                f"({quarantined})", most=100 * share, unit="persen"),
    ))  # fmt: skip
