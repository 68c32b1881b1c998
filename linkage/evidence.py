"""Candidate pairs for the records that exact rules left undecided, and the evidence about them, household included.

Candidates come from named blocking rules. A matcher that looks at one person at a time cannot see that two families
have their other members in common. So each record here knows its company (`kawan`): the other persons in its family
record, as exact rules have decided. If the other members of a family are matched, this is evidence for the member who
is not. A person who is already in that family is evidence against a second one (docs/decisions/0011).
"""

from __future__ import annotations

from linkage.exact import born_alike, check_ceiling, keep_alike, same_sex

# SQL: one wrong digit or swap in a NIK leaves two of its three parts unchanged: region and birth date, or birth date
# and serial, or region and serial (then the birth date in its own column has to agree). NIK are numbers here, because a
# number is split into parts ten times as fast as a text.
NEAR_NUMBER = (
    "q.nik // 10000 = r.nik // 10000",
    # Only within one district, because every district has somebody with this birth date and serial.
    "q.nik % 10000000000 = r.nik % 10000000000 and left(q.kode_desa, 5) = left(r.kode_desa, 5)",
    "q.nik // 10000000000 = r.nik // 10000000000 and q.nik % 10000 = r.nik % 10000"
    " and q.tanggal_lahir = r.tanggal_lahir",
)
# How similar two names must be (0 to 1) so that one is possibly, or probably, a variant of the other. These limits only
# select candidates; the model weighs the similarity itself.
VARIANT_NAME, LIKELY_NAME = 0.75, 0.85
# Each blocking rule is a query for pairs of a free record (a) and any other record (b), with the lowest similarity that
# their names must have (batas).
BLOCKING = {
    # The people of neighbouring families: of the same KK number, or with another member in common (`tetangga`).
    "keluarga": f"""
        select f.rid as a, r.rid as b, case
                when coalesce(q.tanggal_lahir <> r.tanggal_lahir, true) then {LIKELY_NAME}
                -- Without a name the birth date has to do.
                when q.bentuk is null or r.bentuk is null then 0
                else {VARIANT_NAME}
            end as batas
        from bebas as f
        inner join tetangga as t on f.fid = t.fid
        inner join rekaman_keluarga as k on t.fid_lain = k.fid
        inner join rekaman as r on k.rid = r.rid
        inner join rekaman as q on f.rid = q.rid
        where {same_sex("q", "r")} and {born_alike("q", "r")}
    """,
    "nik": """
        select f.rid as a, r.rid as b, 0 as batas
        from bebas as f
        inner join rekaman as q on f.rid = q.rid
        inner join rekaman as r on q.nik = r.nik
    """,
    "nama_lahir": """
        select f.rid as a, r.rid as b, 0 as batas
        from bebas as f
        inner join rekaman as q on f.rid = q.rid
        inner join rekaman as r on q.bentuk = r.bentuk and q.tanggal_lahir = r.tanggal_lahir
        where not q.lahir_baku
    """,
    "lahir_desa": f"""
        select f.rid as a, r.rid as b, {VARIANT_NAME} as batas
        from bebas as f
        inner join rekaman as q on f.rid = q.rid
        inner join rekaman as r on q.tanggal_lahir = r.tanggal_lahir and q.kode_desa = r.kode_desa
        where not q.lahir_baku
    """,
    "nama_ibu": """
        select f.rid as a, r.rid as b, 0 as batas
        from bebas as f
        inner join rekaman as q on f.rid = q.rid
        inner join rekaman as r on q.bentuk = r.bentuk and q.bentuk_ibu = r.bentuk_ibu
    """,
    # A newborn may be entered before it has a name. If only its
    # mother is known, mother and birth date have to be enough.
    "lahir_ibu": f"""
        select f.rid as a, r.rid as b, 0 as batas
        from bebas as f
        inner join rekaman as q on f.rid = q.rid
        inner join rekaman as r on q.tanggal_lahir = r.tanggal_lahir and q.bentuk_ibu = r.bentuk_ibu
        where not q.lahir_baku and (q.bentuk is null or r.bentuk is null) and {same_sex("q", "r")}
    """,
    **{
        f"nik_dekat_{n}": f"""
            select f.rid as a, r.rid as b, {VARIANT_NAME} as batas
            from bebas as f
            inner join rekaman as q on f.rid = q.rid
            inner join rekaman as r on {near}
        """
        for n, near in enumerate(NEAR_NUMBER, start=1)
    },
}  # fmt: skip


def find_company(con) -> None:
    """Fill `rekaman_keluarga` (rid, fid, klaster), `bebas` (rid, fid) and `tetangga` (fid, fid_lain).

    `rekaman_keluarga` has the family record and the person (by exact rules) of each record. `bebas` has the free
    records: those of `lepas` that exact rules attached to nobody. `tetangga` has the neighbours of each family with a
    free record: the family itself, the families with its KK number, and those that have a person in common with it.
    """
    con.execute("""
        create or replace table rekaman_keluarga as
        select r.rid, g.fid, k.klaster
        from rekaman as r
        inner join klaster as k on r.rid = k.rid
        inner join keluarga as g on r.sumber = g.sumber and r.id_keluarga = g.id_keluarga
    """)
    con.execute("""
        create or replace table bebas as
        select l.rid, k.fid
        from lepas as l inner join rekaman_keluarga as k on l.rid = k.rid
        where l.rid not in (select rid from lekat)
    """)
    con.execute("""
        create or replace table tetangga as
        with keluarga_bebas as (select distinct fid from bebas)
        select fid, fid as fid_lain from keluarga_bebas
        union
        select f.fid, q.fid
        from keluarga_bebas as f
        inner join keluarga as p on f.fid = p.fid
        inner join keluarga as q on p.no_kk = q.no_kk
        union
        select f.fid, q.fid
        from keluarga_bebas as f
        inner join rekaman_keluarga as p on f.fid = p.fid
        inner join rekaman_keluarga as q on p.klaster = q.klaster
    """)


def find_candidates(con) -> dict[str, int]:
    """Fill `calon` (a, b, blok): pairs worth weighing, a < b, each under the first rule that found it.

    Returns how many pairs each rule found, before repeated and forbidden ones are taken out.
    Pairs that the law forbids (two different valid NIK that are no misspelling of each other, `linkage.cluster`) are
    left out. Raises exact.PairExplosion above exact.PAIR_CEILING_PER_RECORD pairs a record.
    """
    counts = keep_alike(con, BLOCKING)
    check_ceiling(con, "blocking rule", counts)
    con.execute(f"""
        create or replace table calon as
        select c.a, c.b, arg_min(c.aturan, list_position({list(BLOCKING)}, c.aturan)) as blok
        from sepasang as c
        inner join rekaman as p on c.a = p.rid
        inner join rekaman as q on c.b = q.rid
        inner join klaster as k on c.a = k.rid
        inner join klaster as l on c.b = l.rid
        left join inti as i on c.a = i.rid
        left join inti as j on c.b = j.rid
        where k.klaster <> l.klaster
            and {same_sex("p", "q")}
            and (
                p.nik is null or q.nik is null or not i.milik or not j.milik or i.ditolak or j.ditolak
                or (beda_angka(p.nik, q.nik) <= 2 and (i.anggota = 1 or j.anggota = 1))
            )
        group by c.a, c.b
    """)
    return counts


def describe(con) -> None:
    """Fill `bukti`, the input of the model (`linkage.model.comparisons`): one row for each record in `calon`.

    `kawan` are the other persons of its family record, `tf_nama_baku` is the share of all records with its name.
    """
    con.execute("""
        create or replace table bukti as
        with dipakai as (select a as rid from calon union select b from calon),
        kawan as (
            select fid, list(distinct klaster order by klaster) as isi from rekaman_keluarga
            where fid in (select fid from rekaman_keluarga where rid in (select rid from dipakai))
            group by fid
        ),
        sering as (
            select bentuk, count(*) / (select count(*) from rekaman) as tf from rekaman group by bentuk
        )
        select r.rid as unique_id, n.nama_baku, s.tf as tf_nama_baku, n.kata, n.nama_urut, i.nama_baku as ibu_baku,
            r.tanggal_lahir, r.lahir_baku, r.nik::varchar as nik, r.no_kk, r.kode_desa, g.rt, g.rw, k.klaster,
            list_filter(w.isi, lambda x: x <> k.klaster) as kawan
        from dipakai as d
        inner join rekaman as r on d.rid = r.rid
        inner join rekaman_keluarga as k on r.rid = k.rid
        inner join keluarga as g on k.fid = g.fid
        inner join kawan as w on k.fid = w.fid
        left join bentuk_nama as n on r.bentuk = n.bentuk
        left join bentuk_nama as i on r.bentuk_ibu = i.bentuk
        left join sering as s on r.bentuk = s.bentuk
        order by r.rid
    """)
