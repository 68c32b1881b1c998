"""One month's linkage, from input tables to output tables: match records, form persons and households, give ids."""

from __future__ import annotations

from linkage import alias, cluster, evidence, exact, guards, household, judgements, model, registry, review, standard
from linkage.tables import OUTPUT


def link(con, key: bytes, id_rilis: str) -> dict[str, int]:
    """Run the linkage in a DuckDB connection whose input tables (`linkage.tables`) are filled; return counts.

    `key` is the installation key under which new ids are made, `id_rilis` the release that founds them. The same
    inputs give the same outputs, whatever the number of threads. Raises exact.PairExplosion.
    """
    return decide_exactly(con) | decide_rest(con, key, id_rilis)


def decide_rest(con, key: bytes, id_rilis: str) -> dict[str, int]:
    """Run what follows after `decide_exactly` and fill the output tables; return counts.

    These steps are: evidence, people's judgements, households, ids.
    """
    counts: dict[str, int] = {}
    counts |= {f"calon_{name}": n for name, n in evidence.find_candidates(con).items()}
    evidence.describe(con)
    counts["ditimbang"] = model.score(con)
    counts |= guards.accept(con)
    counts |= cluster.cluster(con, weighed=True)
    counts |= judgements.judge_persons(con)
    counts |= household.cluster_families(con)
    counts |= judgements.judge_households(con)
    household.place_persons(con)
    counts["kk_lama_diserap"] = household.absorb_empty(con)
    judgements.keep_apart(con)
    registry.assign_persons(con, key, id_rilis)
    registry.assign_households(con, key, id_rilis)
    _outputs(con)
    counts["ditanyakan"] = review.ask(con)
    for table in ("uid_baru", "digantikan"):
        for grain, n in con.sql(f"select grain, count(*) from {table} group by grain").fetchall():
            counts[f"{table}_{grain}"] = n
    return counts


def decide_exactly(con) -> dict[str, int]:
    """Apply the exact rules to the input tables; return counts.

    Standardise names, fill `klaster`, and find who is in whose family (`evidence.find_company`).
    """
    standard.standardise_names(con, "union select nama from lalu_individu where nama is not null")
    con.execute("""
        create or replace table keluarga as
        select row_number() over (order by prioritas, id_keluarga) as fid, * from keluarga
    """)
    for table in ("uid_baru", "digantikan", "peristiwa", "asal"):
        con.execute(f"create or replace table {table} ({', '.join(f'{c} varchar' for c in OUTPUT[table])})")
    con.execute("""
        create or replace table lalu_rid as
        select r.rid, t.uid from lalu_tautan as t
        inner join rekaman as r on t.sumber = r.sumber and t.id_sumber = r.id_sumber
    """)
    counts = judgements.prepare(con)
    counts["nik_lama"] = alias.apply_aliases(con)
    pairs = exact.find_number_pairs(con)
    counts["nik_kembar"] = exact.withdraw_twins(con)
    cluster.nuclei(con)
    pairs |= exact.find_pairs(con)
    counts["kembar_serumah"] = exact.withdraw_twins(con, exact.HOUSE)
    counts |= {f"pasangan_{name}": n for name, n in pairs.items()}
    counts |= cluster.cluster(con, weighed=False)
    judgements.judge_persons(con)
    evidence.find_company(con)
    return counts


def _outputs(con) -> None:
    """Fill `tautan`, `tempat` and `alias`. One record of each uid is its main one (`utama`); `ke` numbers the records
    that one source has of a uid.
    """
    con.execute("""
        create or replace table tempat as
        select p.uid as uid_individu, h.uid as uid_rumah_tangga, r.sumber, r.id_sumber
        from letak as l
        inner join rekaman as r on l.rid = r.rid
        inner join uid_individu as p on l.klaster = p.klaster
        inner join uid_rumah_tangga as h on l.rumah = h.klaster
    """)
    con.execute("""
        create or replace table alias as
        select distinct u.uid, a.nik, a.nik_aktif
        from alias_rekaman as a
        inner join klaster as k on a.rid = k.rid
        inner join uid_individu as u on k.klaster = u.klaster
    """)
    con.execute("""
        create or replace table tautan as
        -- `teratas` is the best source of each person and household. Few persons have two records in one source: only
        -- those are put in order. `rid` and `fid` number records and families by source and id, and sort faster than
        -- ids.
        with diri as (
            select klaster, min(prioritas) as teratas, count(*) > bit_count(bit_or(1::bigint << prioritas)) as berulang
            from anggota group by klaster
        ),
        urutan as (
            select rid, row_number() over (partition by klaster, prioritas order by tanggal desc nulls last, rid) as ke
            from anggota where klaster in (select klaster from diri where berulang)
        ),
        keluarga_serumah as (
            select g.*, h.rumah, count(*) over serumah as sebanyak, min(g.prioritas) over serumah as teratas,
                count(*) over (partition by h.rumah, g.no_kk) as senomor,
                row_number() over (partition by h.rumah, g.prioritas order by g.tanggal desc nulls last, g.fid) as ke
            from keluarga as g inner join rumah as h on g.fid = h.fid
            window serumah as (partition by h.rumah)
        )
        select 'individu' as grain, r.sumber, r.id_sumber, i.uid, k.aturan,
            r.prioritas = d.teratas and coalesce(u.ke, 1) = 1 as utama, coalesce(u.ke, 1) as ke
        from rekaman as r
        inner join klaster as k on r.rid = k.rid
        inner join (diri as d inner join uid_individu as i on d.klaster = i.klaster) on k.klaster = d.klaster
        left join urutan as u on r.rid = u.rid
        union all
        select 'rumah_tangga', g.sumber, g.id_keluarga, u.uid,
            case when g.sebanyak = 1 then 'sendiri' when g.senomor > 1 and g.no_kk is not null then 'kk_sama'
                else 'anggota_sama' end,
            g.prioritas = g.teratas and g.ke = 1, g.ke
        from keluarga_serumah as g inner join uid_rumah_tangga as u on g.rumah = u.klaster
    """)
