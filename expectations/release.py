"""The release gate: what a candidate must satisfy before anybody may approve it (contracts "What is published").

dbt tests guard the shape of each model; this gate guards the month as a whole: the promise to readers, relations
between tables, the masking, the accounting to the row, and the distance to the release before.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations import change, masking, visits
from expectations.contract import Table
from expectations.suite import Gate, Measure, Subject, literal, one_of, repeated, violations

# Tables whose key and vocabulary are checks of their own; those of the others are summed into one.
MAIN = ("rumah_tangga", "individu", "kepesertaan")

# Structural: the number itself is not published (rules.md `nik_status`).
NIK_UNUSABLE = ("kosong", "rusak", "ganda", "sementara")
# `kepesertaan.status` is the source's truth (contracts/sources.md 1); the contract leaves it open.
MEMBERSHIP = ("AKTIF", "TIDAK_AKTIF", "EXCLUDE", "GRADUASI_ALAMIAH", "GRADUASI_MANDIRI")
FATE = ("terbit", "digabung", "karantina", "di_luar_lingkup")
GONE = "status in ('bubar', 'pindah')"

# Members of a household are those not dead and not moved away (rules.md "Golden").
MEMBER = "status_hidup is distinct from 'meninggal' and keberadaan is distinct from 'pindah'"


@dataclass(frozen=True)
class Candidate:
    """What the gate must know: the release, the area, and the release before (None at the first).

    `kabupaten` is a dotted code, `jumlah_kecamatan` the number of kecamatan it has. `sel_minimum` is the smallest count
    that a summary may show. `tabel` are the contracts, `skema` holds the candidate tables, `skema_rilis` the released
    ones. `ambang` are the thresholds in force, name -> (value, minimum_baris): those of this gate are named `rilis_…`.
    Their values are shares as fractions, which act only when the count behind them reaches minimum_baris (rules.md
    "Refusals and thresholds").
    """

    id_rilis: str
    kabupaten: str
    jumlah_kecamatan: int
    tabel: tuple[Table, ...]
    sel_minimum: int
    ambang: dict[str, tuple[float, int]]
    sebelum: str | None = None
    skema: str = "release"
    skema_rilis: str = "rilis"


def gate(candidate: Candidate) -> Gate:
    """The release gate over one candidate; comparisons with the release before only when there is one."""
    subjects = [
        _contracts(candidate),
        _households(candidate),
        _persons(candidate),
        _relations(candidate),
        _memberships(candidate),
        _accounting(candidate),
        visits.subject(candidate.skema, candidate.id_rilis),
        masking.subject(candidate.skema, candidate.tabel, candidate.sel_minimum),
    ]
    if candidate.sebelum is not None:
        subjects += change.subjects(candidate.skema, candidate.skema_rilis, candidate.sebelum, MEMBER, candidate.ambang)
    return Gate("rilis", tuple(subjects))


def _contracts(candidate: Candidate) -> Subject:
    schema, release = candidate.skema, literal(candidate.id_rilis)
    unfilled, keys, words, foreign = [], [], [], []
    for table in candidate.tabel:
        unfilled.append(f"({table.unfilled(schema)})")
        foreign.append(f"(select count(*) from {schema}.{table.nama} where id_rilis is distinct from {release})")
        if table.nama in MAIN:
            continue
        if table.key:
            keys.append(f"({table.repeated(schema)})")
        if outside := table.outside_vocabulary():
            words.append(f"(select {outside} from {schema}.{table.nama})")
    return Subject("kontrak", "", (
        Measure("kolom_wajib", "Kolom wajib terisi di semua tabel", "kritis", " + ".join(unfilled)),
        Measure("kunci_lain", "Kunci tautan, asal usul, neraca, karantina dan ringkasan tidak berulang", "kritis",
                " + ".join(keys)),
        Measure("kosakata_lain", "Kolom berkode pada tabel pendukung memakai istilah yang dijanjikan", "kritis",
                " + ".join(words)),
        Measure("satu_rilis", "Semua tabel hanya memuat baris rilis ini", "kritis", " + ".join(foreign)),
    ))  # fmt: skip


def _promised(candidate: Candidate, name: str, what: str) -> tuple[Measure, Measure]:
    """Key and vocabulary of a main table, from its contract."""
    table = next(table for table in candidate.tabel if table.nama == name)
    return (
        Measure(f"{name}_kunci", f"Setiap {what} tercatat tepat satu kali", "kritis", table.repeated(candidate.skema)),
        Measure(f"{name}_kosakata", f"Kolom berkode {what} memakai istilah yang dijanjikan", "kritis",
                table.outside_vocabulary() or "0"),
    )  # fmt: skip


def _households(candidate: Candidate) -> Subject:
    district = candidate.kabupaten.replace(".", r"\.")
    inside = (
        rf"kode_kecamatan ~ '^{district}\.[0-9][0-9]$' and kode_desa ~ '^{district}\.[0-9][0-9]\.[0-9]{{4}}$'"
        " and left(kode_desa, length(kode_kecamatan)) = kode_kecamatan"
    )
    return Subject("rumah_tangga", f"from {candidate.skema}.rumah_tangga", (
        Measure("rumah_tangga_ada", "Tabel rumah tangga berisi data", "kritis", "count(*)", most=None, least=1),
        *_promised(candidate, "rumah_tangga", "rumah tangga"),
        Measure("rumah_tangga_wilayah", "Kode desa dan kecamatan setiap rumah tangga ada di dalam kabupaten",
                "kritis", violations(inside)),
        Measure("kecamatan_lengkap", "Semua kecamatan punya rumah tangga aktif", "kritis",
                f"count(distinct kode_kecamatan) filter (where not ({GONE}))",
                most=None, least=candidate.jumlah_kecamatan, unit="kecamatan"),
        Measure("desil_rentang", "Desil nasional bernilai 1 sampai 10 atau kosong", "kritis",
                violations("desil_nasional is null or desil_nasional between 1 and 10")),
        Measure("desil_ada", "Desil nasional tidak kosong seluruhnya", "kritis",
                "count(desil_nasional) filter (where di_dtsen)",
                most=None, least=1),
        Measure("rumah_tangga_kosong", "Rumah tangga tanpa anggota berstatus bubar atau pindah", "kritis",
                violations(f"jumlah_anggota > 0 or {GONE}")),
    ))  # fmt: skip


def _persons(candidate: Candidate) -> Subject:
    table = f"{candidate.skema}.individu"
    number = f"(nik is null) = {one_of('nik_status', NIK_UNUSABLE)}"
    dead = "status_hidup = 'meninggal' or (keberadaan is distinct from 'meninggal' and tanggal_meninggal is null)"
    first = f"date {literal(candidate.id_rilis.split('/')[0] + '-01')}"
    share, minimum = candidate.ambang["rilis_orang_ganda"]
    twins = repeated(table, "uid_rumah_tangga", "nama", "tanggal_lahir", "jenis_kelamin",
                     where="tanggal_lahir is not null and digantikan_oleh is null")  # fmt: skip
    twin_share = f"select case when n >= {minimum} then 100.0 * n / jumlah else 0 end from ({twins}) as g (n)"
    born = f"tanggal_lahir >= date '1900-01-01' and tanggal_lahir < {first} + interval '1 month'"
    return Subject("individu", f"from {table}", (
        Measure("individu_ada", "Tabel individu berisi data", "kritis", "count(*)", most=None, least=1),
        *_promised(candidate, "individu", "orang"),
        Measure("nik_bentuk", "NIK yang diterbitkan terdiri atas 16 angka", "kritis",
                violations("nik is null or (length(nik) = 16 and translate(nik, '0123456789', '') = '')")),
        Measure("nik_status", "NIK kosong tepat pada orang yang status NIK-nya kosong, rusak, ganda atau sementara",
                "kritis", violations(number)),
        Measure("nik_tunggal", "Satu NIK hanya ada pada satu orang", "kritis",
                # An id that was merged into another keeps the NIK it showed last, which the other id carries too.
                repeated(table, "nik", where="nik is not null and digantikan_oleh is null")),
        # Some remain every month, because two different valid NIK are never merged by a machine.
        Measure("orang_ganda", "Sedikit orang sama nama, tanggal lahir dan jenis kelamin dengan orang lain serumah",
                "peringatan",
                f"{twin_share}, (select count(*) as jumlah from {table}) as semua", most=100 * share, unit="persen"),
        Measure("meninggal_selaras", "Orang yang bertanggal meninggal atau berkeberadaan meninggal berstatus meninggal",
                "kritis", violations(dead)),
        Measure("tanggal_lahir_wajar", "Tanggal lahir tidak sebelum 1900 dan tidak sesudah akhir bulan", "peringatan",
                violations(f"tanggal_lahir is null or ({born})")),
    ))  # fmt: skip


def _relations(candidate: Candidate) -> Subject:
    # People who died or moved stay published longer than their last
    # household, which is kept for twelve releases without members.
    ended = "false"
    if candidate.sebelum is not None:
        ended = f"""exists (
        select from {candidate.skema_rilis}.individu as l
        left join {candidate.skema_rilis}.rumah_tangga as h
            on h.id_rilis = l.id_rilis and h.uid_rumah_tangga = l.uid_rumah_tangga
        where l.id_rilis = {literal(candidate.sebelum)} and l.uid_rumah_tangga = a.uid_rumah_tangga
            and (h.uid_rumah_tangga is null or h.{GONE})
    )"""
    source = f"""from {candidate.skema}.rumah_tangga as r
full join (
    select uid_rumah_tangga, count(*) as orang, count(*) filter (where {MEMBER}) as anggota
    from {candidate.skema}.individu group by uid_rumah_tangga
) as a on a.uid_rumah_tangga = r.uid_rumah_tangga
left join (
    select uid_individu, uid_rumah_tangga from {candidate.skema}.individu where {MEMBER}
) as k on k.uid_individu = r.uid_kepala"""
    return Subject("hubungan", source, (
        Measure("individu_berumah", "Setiap orang ada pada satu rumah tangga yang terbit, atau yang dahulu berakhir",
                "kritis",
                "coalesce(sum(a.orang) filter (where r.uid_rumah_tangga is null"
                f" and (a.anggota > 0 or not {ended})), 0)"),
        Measure("jumlah_anggota", "Jumlah anggota sama dengan banyaknya anggota yang hidup dan tidak pindah", "kritis",
                "count(*) filter (where r.uid_rumah_tangga is not null"
                " and r.jumlah_anggota is distinct from coalesce(a.anggota, 0))"),
        Measure("kepala_anggota", "Kepala keluarga adalah anggota rumah tangga itu sendiri", "kritis",
                "count(*) filter (where r.uid_kepala is not null"
                " and k.uid_rumah_tangga is distinct from r.uid_rumah_tangga)"),
    ))  # fmt: skip


def _memberships(candidate: Candidate) -> Subject:
    schema = candidate.skema
    lost = f"""select count(*) from {schema}.kepesertaan as p
        left join {schema}.rumah_tangga as r on r.uid_rumah_tangga = p.uid_rumah_tangga
        left join {schema}.individu as i on i.uid_individu = p.uid_individu
        where r.uid_rumah_tangga is null or (p.uid_individu is not null and i.uid_individu is null)"""
    return Subject("kepesertaan", f"from {schema}.kepesertaan", (
        Measure("kepesertaan_ada", "Tabel kepesertaan berisi data", "peringatan", "count(*)", most=None, least=1),
        *_promised(candidate, "kepesertaan", "kepesertaan"),
        Measure("kepesertaan_status", "Status kepesertaan dikenal", "kritis", violations(one_of("status", MEMBERSHIP))),
        Measure("kepesertaan_rujukan", "Setiap kepesertaan menunjuk rumah tangga dan orang yang terbit", "kritis",
                f"({lost})"),
    ))  # fmt: skip


def _accounting(candidate: Candidate) -> Subject:
    schema = candidate.skema
    ledger = f"""select count(*) from {schema}.neraca as n
        full join (
            select p.* from buku.pendaratan as p
            join buku.susunan as s using (id_kiriman) where s.id_rilis = {literal(candidate.id_rilis)}
        ) as b on b.id_kiriman = n.id_kiriman and b.berkas = n.berkas
        where (n.diterima = b.diterima and n.dikarantina >= b.dikarantina) is not true"""
    listed = f"""select count(*) from (
            select id_kiriman, berkas, dikarantina from {schema}.neraca where dikarantina > 0
        ) as n
        full join (select id_kiriman, berkas, count(*) as baris from {schema}.karantina group by 1, 2) as k
            on k.id_kiriman = n.id_kiriman and k.berkas = n.berkas
        where k.baris is distinct from n.dikarantina"""
    fates = ", ".join(f"count(*) filter (where nasib = '{fate}') as {fate}" for fate in FATE)
    # An application comes through a feed, and feeds are not part of a release's composition.
    linked = f"""select count(*) from (
            select id_kiriman, case when berkas = 'anggota' then 'individu' else 'rumah_tangga' end as grain,
                diterbitkan, digabung, dikarantina, di_luar_lingkup
            from {schema}.neraca where berkas in ('keluarga', 'rumah_tangga', 'anggota')
        ) as n full join (
            select id_kiriman, grain, {fates} from {schema}.tautan where sumber <> 'pengajuan' group by 1, 2
        ) as t
            on t.id_kiriman = n.id_kiriman and t.grain = n.grain
        where (n.diterbitkan, n.digabung, n.dikarantina, n.di_luar_lingkup)
            is distinct from (t.terbit, t.digabung, t.karantina, t.di_luar_lingkup)"""
    aims = f"""select count(*) from {schema}.tautan as t
        left join {schema}.individu as i on t.grain = 'individu' and i.uid_individu = t.uid
        left join {schema}.rumah_tangga as r on t.grain = 'rumah_tangga' and r.uid_rumah_tangga = t.uid
        where case when t.nasib in ('terbit', 'digabung')
            then coalesce(i.uid_individu, r.uid_rumah_tangga) is null else t.uid is not null end"""
    share, minimum = candidate.ambang["rilis_karantina"]
    quarantined = f"""select coalesce(max(100.0 * ditahan / diterima) filter (where ditahan >= {minimum}), 0) from (
            select sumber, sum(dikarantina) as ditahan, sum(diterima) as diterima
            from {schema}.neraca group by sumber having sum(diterima) > 0) as s"""
    closes = "diterima = dimuat + dikarantina and dimuat = diterbitkan + digabung + di_luar_lingkup"
    return Subject("neraca", f"from {schema}.neraca", (
        Measure("neraca_ada", "Neraca berisi data", "kritis", "count(*)", most=None, least=1),
        Measure("neraca_tertutup", "Neraca tertutup: setiap baris yang diterima dapat dipertanggungjawabkan", "kritis",
                violations(closes)),
        # The build also quarantines rows that landing could not judge alone (a village of no known kecamatan), so it
        # has at least as many.
        Measure("neraca_buku", "Neraca memuat semua baris yang diterima dari setiap kiriman penyusun rilis", "kritis",
                f"({ledger})"),
        Measure("karantina_tercatat", "Setiap baris yang dikarantina tercatat dengan kodenya", "kritis",
                f"({listed})"),
        Measure("neraca_tautan", "Tautan memuat setiap rekaman keluarga dan orang, jumlahnya sama dengan neraca",
                "kritis", f"({linked})"),
        Measure("tautan_rujukan", "Setiap tautan menunjuk rumah tangga atau orang yang terbit", "kritis", f"({aims})"),
        Measure("karantina_wajar", "Baris yang dikarantina per sumber tidak melebihi batas", "peringatan",
                f"({quarantined})", most=100 * share, unit="persen"),
    ))  # fmt: skip
