"""What the step link reads from the warehouse: a query for each input table of the library `linkage`."""

from __future__ import annotations

from typing import Any

from linkage.standard import DEFAULT_BIRTHDAYS
from linkage.tables import INPUT
from sinkron import reference
from sinkron.period import earlier, reference_date
from sinkron.settings import Settings

# One query for each input table of `linkage.tables`. They run in this order: tables that SHAPED joins come first.
QUERIES = {
    # All ids ever given to persons, and the ids of household heads in the previous release.
    "terdaftar": "select uid, id_rilis_awal from identitas.individu",
    "kepala": """
        select uid_kepala from rilis.rumah_tangga where id_rilis = %(sebelum)s and uid_kepala is not null
    """,
    # Nearly all verdicts are `padan`, which changes nothing here.
    "verdik": "select nik, hasil from identitas.verdik_kandidat where id_rilis = %(ini)s and hasil <> 'padan'",
    "rekaman": """
        select sumber, id_sumber, id_keluarga, prioritas, nik, no_kk, nama, tanggal_lahir, jenis_kelamin, nama_ibu,
            kode_desa, tanggal, status_hidup is distinct from 'meninggal' and keberadaan is distinct from 'pindah'
        from intermediate.int_individu__rekaman
    """,
    "keluarga": """
        select sumber, id_keluarga, prioritas, no_kk, kk_terdaftar, kode_desa, rt, rw, tanggal
        from intermediate.int_rumah_tangga__rekaman
    """,
    "nik_alias": """
        select nik, nik_aktif, hasil in ('padan', 'padan_nama_beda', 'meninggal', 'pindah_luar_kab')
        from identitas.verdik_kandidat where id_rilis = %(ini)s and nik_aktif is not null
    """,
    "lalu_tautan": """
        select sumber, id_sumber, uid from identitas.tautan where id_rilis = %(sebelum)s and grain = 'individu'
        union all
        -- A person who stayed published without a record (quarantined, or not delivered) is recognised by their last
        -- main record.
        select split_part(i.rekaman_identitas, '|', 1),
            substr(i.rekaman_identitas, strpos(i.rekaman_identitas, '|') + 1), i.uid_individu
        from rilis.individu as i
        where i.id_rilis = %(sebelum)s and i.digantikan_oleh is null
            and not (i.di_dtsen or i.di_dtjateng or i.di_simnakis)
    """,
    "lalu_individu": """
        select uid_individu, uid_rumah_tangga, nik, %(acuan)s::date - tanggal_lahir,
            status_hidup <> 'meninggal' and keberadaan <> 'pindah', nama, tanggal_lahir
        from rilis.individu
        where id_rilis = %(sebelum)s and digantikan_oleh is null
    """,
    "lalu_rumah_tangga": """
        select h.uid_rumah_tangga, h.no_kk, h.kode_desa, h.rt, h.rw, r.id_rilis_awal
        from rilis.rumah_tangga as h
        inner join identitas.rumah_tangga as r on h.uid_rumah_tangga = r.uid
        where h.id_rilis = %(sebelum)s and h.digantikan_oleh is null
    """,
    "lalu_keluarga": """
        select sumber, id_sumber, uid from identitas.tautan where id_rilis = %(sebelum)s and grain = 'rumah_tangga'
    """,
    # Households to which people of the previous release belong, but which that release itself no longer has, in their
    # last published state.
    "lalu_rumah_lama": """
        select distinct on (h.uid_rumah_tangga) h.uid_rumah_tangga, h.no_kk, h.kode_desa, h.rt, h.rw, r.id_rilis_awal
        from rilis.rumah_tangga as h
        inner join identitas.rumah_tangga as r on h.uid_rumah_tangga = r.uid
        inner join identitas.garis(%(sebelum)s) as garis on h.id_rilis = garis.id_rilis
        -- As an array, so that Postgres looks up these few by index in the releases of two years.
        where h.periode >= %(kembali_sejak)s and h.uid_rumah_tangga = any(array(
            select distinct i.uid_rumah_tangga from rilis.individu as i
            -- Nobody lives in such a household any more.
            where i.id_rilis = %(sebelum)s and (i.status_hidup = 'meninggal' or i.keberadaan = 'pindah')
                and not exists (
                    select from rilis.rumah_tangga as n
                    where n.id_rilis = %(sebelum)s and n.uid_rumah_tangga = i.uid_rumah_tangga
                )
        )) and h.uid_rumah_tangga not in (select uid from identitas.penerus(%(sebelum)s))
        order by h.uid_rumah_tangga, garis.mundur
    """,
    "lalu_asal": """
        with recursive penerus as materialized (select * from identitas.penerus(%(sebelum)s)),
        jalan as (
            select grain, uid as asal, digantikan_oleh as uid from penerus
            union all
            select j.grain, j.asal, p.digantikan_oleh
            from jalan as j inner join penerus as p on j.grain = p.grain and j.uid = p.uid
        ),
        asal as (
            select distinct a.grain, a.sumber, a.id_sumber, a.uid, p.digantikan_oleh as oleh,
                coalesce(j.uid, a.uid) as penerus, coalesce(i.id_rilis_awal, h.id_rilis_awal) as awal
            from identitas.asal_gabung as a
            inner join identitas.garis(%(sebelum)s) as garis on a.id_rilis = garis.id_rilis
            left join identitas.individu as i on a.grain = 'individu' and a.uid = i.uid
            left join identitas.rumah_tangga as h on a.grain = 'rumah_tangga' and a.uid = h.uid
            left join penerus as p on a.grain = p.grain and a.uid = p.uid
            left join jalan as j on a.grain = j.grain and a.uid = j.asal
                and not exists (select from penerus as n where n.grain = j.grain and n.uid = j.uid)
        )
        select * from asal where (grain, penerus) in (select grain, penerus from asal where oleh is not null)
    """,
    # The first id that was created from each record in a later month, also in a candidate, so that the same record gets
    # the same id now. A record with an id created in this same month gets that id instead, and is left out here. If
    # there is neither, the id of an earlier published month that a rollback withdrew, because receivers know it.
    "kelak_uid": """
        with pendirian as (
            select distinct on (u.grain, u.sumber_awal, u.id_awal)
                u.grain, u.uid, u.sumber_awal, u.id_awal, r.periode
            from (
                select 'individu' as grain, uid, sumber_awal, id_awal, id_rilis_awal from identitas.individu
                union all
                select 'rumah_tangga', uid, sumber_awal, id_awal, id_rilis_awal from identitas.rumah_tangga
            ) as u
            inner join rilis.rilis as r on u.id_rilis_awal = r.id_rilis
            where r.periode >= %(periode)s or (
                r.periode >= %(kembali_sejak)s and r.diterbitkan is not null
                and r.id_rilis not in (select garis.id_rilis from identitas.garis(%(sebelum)s) as garis)
            )
            order by u.grain, u.sumber_awal, u.id_awal, r.periode < %(periode)s, r.periode, r.revisi
        )
        select grain, uid, sumber_awal, id_awal from pendirian where periode <> %(periode)s
    """,
    "pertimbangan": """
        select distinct on (grain, sumber_a, id_a, sumber_b, id_b)
            grain, sumber_a, id_a, sumber_b, id_b, putusan, id_pertimbangan
        from identitas.pertimbangan
        -- This filter comes before the choice of the last judgement on each pair, so later judgements change nothing.
        where id_pertimbangan <= coalesce(%(pertimbangan)s, id_pertimbangan)
        order by grain, sumber_a, id_a, sumber_b, id_b, id_pertimbangan desc
    """,
}

# Columns of the rows that are read.
COLUMNS = INPUT | {
    "terdaftar": {"uid": "varchar", "awal": "varchar"},
    "kepala": {"uid": "varchar"},
    "verdik": {"nik": "bigint", "hasil": "varchar"},
    "rekaman": {name: kind for name, kind in INPUT["rekaman"].items() if name not in ("lahir_baku", "nik_ditolak")},
    "lalu_individu": {name: kind for name, kind in INPUT["lalu_individu"].items() if name not in ("awal", "kepala")},
}
# Queries that make the rows of an input table from the rows that were read. They run in the DuckDB workspace, where a
# join over all records takes a tenth of the time that Postgres needs.
SHAPED = {
    "rekaman": f"""
        select r.sumber, r.id_sumber, r.id_keluarga, r.prioritas, r.nik, r.no_kk, r.nama, r.tanggal_lahir,
            month(r.tanggal_lahir) * 100 + day(r.tanggal_lahir) in {tuple(map(int, DEFAULT_BIRTHDAYS))},
            r.jenis_kelamin, r.nama_ibu,
            r.kode_desa, r.tanggal, r.hadir and coalesce(v.hasil not in ('meninggal', 'pindah_luar_kab'), true),
            -- Dukcapil does not know the number, or knows it with another birth date and the number itself contradicts
            -- the record in day and month and in year. Digits 7 to 12 of a NIK are DDMMYY, with 40 added to the day of
            -- women, which the remainder after division by 4000 removes again.
            coalesce(
                v.hasil = 'nik_tidak_ditemukan'
                or (
                    v.hasil = 'tidak_padan_tgl_lahir'
                    and r.nik // 1000000 % 10000 % 4000 <> day(r.tanggal_lahir) * 100 + month(r.tanggal_lahir)
                    and r.nik // 10000 % 100 <> year(r.tanggal_lahir) % 100
                ),
                false
            )
        from {{rows}} as r left join verdik as v on r.nik = v.nik
    """,
    "lalu_individu": """
        select i.uid, i.uid_rumah_tangga, i.nik, t.awal, i.umur, i.uid in (from kepala), i.hadir, i.nama,
            i.tanggal_lahir
        from {rows} as i inner join terdaftar as t on i.uid = t.uid
    """,
}


def parameters(settings: Settings, candidate: dict[str, Any]) -> dict[str, Any]:
    """Parameters of QUERIES for a candidate, whose `pertimbangan` is the last judgement to use (None for all)."""
    months = int(reference.thresholds(settings, candidate["periode"])["kembali_bulan"][0])
    return {
        "ini": candidate["id_rilis"],
        "periode": candidate["periode"],
        "sebelum": candidate["id_sebelum"],
        "acuan": reference_date(candidate["periode"]).isoformat(),
        "kembali_sejak": earlier(candidate["periode"], months),
        "pertimbangan": candidate["pertimbangan"],
    }
