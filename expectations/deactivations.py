"""The gate of the list: what deactivations must satisfy before anybody is asked to approve them.

Rules: contracts/rules.md, "Cases and deactivation" (docs/concepts.md). Numbers only; a row is never quoted.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.suite import Gate, Measure, Subject, literal, violations


@dataclass(frozen=True)
class List:
    """The list to judge (its sha256), the release it was made from, and its caps by `_summary` of step list."""

    sha256: str
    id_rilis: str
    batas_sebulan: int
    batas_sedesa: int


def gate(made: List) -> Gate:
    """Every item of the list against its evidence, the release, the holds and the caps."""
    # A proposal keeps the ids of the day on which it was made. A person whose id was merged since is in the release
    # under the id that was kept.
    rows = (
        "from (select u.*, coalesce(h.uid, u.uid_rumah_tangga) as uid_rumah,"
        " coalesce(i.uid, u.uid_individu) as uid_orang, b.tujuan, b.no_kk, b.nik, b.keluarga"
        " from antrean.daftar_baris as d"
        " inner join antrean.baris as b on d.id_baris = b.id_baris and d.tujuan = b.tujuan"
        " inner join kasus.usulan as u on d.id_baris = u.id_baris"
        " left join antrean.uid_digantikan as h on h.grain = 'rumah_tangga' and u.uid_rumah_tangga = h.asal"
        " left join antrean.uid_digantikan as i on i.grain = 'individu' and u.uid_individu = i.asal"
        f" where d.sha256 = {literal(made.sha256)}) as t"
    )
    release = f"id_rilis = {literal(made.id_rilis)}"
    visited = (
        "exists (select from kasus.verifikasi_pada('infinity') as v where v.id_sumber = t.bukti"
        " and v.hasil in ('mampu', 'meninggal', 'tidak_ditemukan'))"
    )
    withdrawn = (
        "exists (select from kasus.pengajuan_pada('infinity') as p where p.id_sumber = t.bukti"
        " and p.jenis = 'graduasi_mandiri' and p.status in ('layak', 'musdes', 'diusulkan', 'diterima_pusat'))"
    )
    evidence = (
        "case when t.asal in ('aduan', 'berkala') then " + visited
        + " when t.asal = 'graduasi_mandiri' then " + withdrawn
        + r" else t.bukti ~ '^dukcapil:\d{4}-\d{2}-\d{2}$' end"
    )  # fmt: skip
    upheld = (
        "t.asal <> 'aduan' or exists (select from kasus.aduan_pada('infinity') as a"
        " where a.id_sumber = t.id_kasus and a.status in ('terbukti', 'selesai'))"
    )
    household = f"exists (select from rilis.rumah_tangga as r where r.{release} and r.uid_rumah_tangga = t.uid_rumah)"
    person = (
        "t.uid_orang is null or exists (select from rilis.individu as i"
        f" where i.{release} and i.uid_individu = t.uid_orang and i.digantikan_oleh is null)"
    )
    # A programme of a person goes with the person into another household; one of a family stays with the household.
    member = (
        f"exists (select from rilis.kepesertaan as k where k.{release} and k.program = t.program"
        " and k.status = 'AKTIF' and case when t.uid_orang is null"
        " then k.uid_individu is null and k.uid_rumah_tangga = t.uid_rumah else k.uid_individu = t.uid_orang end)"
    )
    doubled = "count(*) - count(distinct (coalesce(t.uid_orang, t.uid_rumah), t.program, t.tujuan))"
    # The caps are for a month: the lists of the same month that were approved before this one count too.
    capped = (
        "(select u.uid_rumah_tangga, u.kode_desa, bool_or(d.sha256 = ini.sha256) as kini"
        " from antrean.daftar as ini inner join antrean.daftar as d on d.sha256 = ini.sha256"
        " or (d.periode = ini.periode and keputusan.disahkan(d.sha256))"
        " inner join antrean.daftar_baris as b on d.sha256 = b.sha256"
        " inner join kasus.usulan as u on b.id_baris = u.id_baris"
        f" where ini.sha256 = {literal(made.sha256)} and u.asal <> 'dukcapil' group by 1, 2) as k"
    )
    households = f"(select count(distinct uid_rumah_tangga) from {capped})"
    village = (
        "select coalesce(max(n), 0) from (select count(*) as n"
        f" from {capped} group by kode_desa having bool_or(kini)) as desa"
    )
    return Gate("daftar", (Subject("daftar", rows, (
        Measure("daftar_ada", "Daftar memuat penonaktifan", "kritis", "count(*)", most=None, least=1),
        Measure("daftar_utuh", "Baris daftar sama dengan jumlah yang tertulis di isinya", "kritis",
                f"abs(count(*) - (select jumlah from antrean.daftar where sha256 = {literal(made.sha256)}))"),
        Measure("bukti_ada", "Setiap baris berdasar verifikasi lapangan, pengunduran diri atau Dukcapil", "kritis",
                violations(evidence)),
        Measure("aduan_terbukti", "Aduan yang mendasari berstatus terbukti atau selesai", "kritis", violations(upheld)),
        Measure("alasan_dikenal", "Kode alasan ada di daftar alasan", "kritis",
                violations("exists (select from staging.alasan as a where a.kode = t.kode_alasan)")),
        Measure("rumah_tangga_terpecahkan", "Rumah tangga ada di rilis", "kritis", violations(household)),
        Measure("orang_terpecahkan", "Orang ada di rilis dan tidak digabung ke orang lain", "kritis",
                violations(person)),
        Measure("peserta_aktif", "Program yang dinonaktifkan sedang diterima menurut rilis", "kritis",
                violations(member)),
        Measure("tanpa_tahanan", "Tidak ada baris yang ditahan atau disanggah", "kritis",
                violations("not exists (select from kasus.tahanan_terbuka as h where h.id_baris = t.id_baris)")),
        Measure("sekali_saja", "Satu program seseorang atau keluarga hanya sekali pada satu penerima", "kritis",
                doubled),
        Measure("berlaku_kemudian", "Bulan efektif sesudah bulan putusan", "kritis",
                violations("t.bulan_efektif > to_char(t.tanggal_verifikasi, 'YYYY-MM')")),
        Measure("petugas_bukan_penyetuju", "Petugas verifikasi bukan penyetuju daftar", "kritis",
                violations("t.petugas is null or not exists (select from keputusan.penyetuju as y"
                           " where y.jenis = 'push' and y.nama = t.petugas)")),
        Measure("penerima_mengenal", "Penerima dapat mengenali keluarga atau orangnya", "peringatan",
                violations("t.no_kk is not null or t.nik is not null or jsonb_array_length(t.keluarga) > 0")),
        Measure("dalam_batas_sebulan", "Keluarga yang dinonaktifkan sebulan tidak melebihi batas", "peringatan",
                households, most=made.batas_sebulan, unit="keluarga"),
        Measure("dalam_batas_sedesa", "Keluarga sedesa yang dinonaktifkan sebulan tidak melebihi batas", "peringatan",
                village, most=made.batas_sedesa, unit="keluarga"),
    )),))  # fmt: skip
