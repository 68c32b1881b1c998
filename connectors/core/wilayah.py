"""Region codes: a delivered village becomes a dotted Kemendagri code, or gets the reason why it has none.

Rules: contracts/rules.md, "Refusals and thresholds" and "Files and values"; domain.md 2.4. Each distinct pair of
code and name is resolved once, then joined back: a few hundred pairs cover all rows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.core.canonical import name, quoted


def load_regions(
    con: duckdb.DuckDBPyConnection, kabupaten: str, wilayah: Path, kecamatan_bps: Path, alias_desa: Path
) -> None:
    """Make w_desa (kode_desa, kode_kec), w_nama (kode_kec, nama, kode_desa), w_bps (kode_bps, kode_kec), w_kec.

    kabupaten: dotted code. Names are without case and blanks, and include the spelling aliases of the seed.
    Raises ValueError when the seed holds no village of the kabupaten.
    """
    inside = f"starts_with(kode, {quoted(kabupaten)} || '.')"
    con.execute(
        f"""
        create table w_semua as select trim(kode) as kode, trim(nama) as nama
        from {_seed(wilayah, "kode", "nama")}
        """
    )
    con.execute(f"create table w_kec as select kode as kode_kec from w_semua where {inside} and length(kode) = 8")
    con.execute(
        f"""
        create table w_desa as select kode as kode_desa, left(kode, 8) as kode_kec
        from w_semua where {inside} and length(kode) = 13
        """
    )
    con.execute(
        f"""
        create table w_bps as select trim(kode_bps) as kode_bps, trim(kode_kecamatan) as kode_kec
        from {_seed(kecamatan_bps, "kode_kecamatan", "kode_bps")}
        """
    )
    con.execute(
        f"""
        create table w_nama as
        select kode_kec, {_bare("nama")} as nama, kode_desa from w_desa join w_semua on kode = kode_desa
        union
        select trim(kode_kecamatan), {_bare("alias")}, trim(kode_desa)
        from {_seed(alias_desa, "kode_kecamatan", "alias", "kode_desa")}
        """
    )
    if not con.execute("select count(*) from w_desa").fetchone()[0]:
        raise ValueError(
            f"{wilayah.name}: no village of kabupaten {kabupaten}; expected rows `kode,nama` with 13-character codes."
        )


def _seed(path: Path, *columns: str) -> str:
    """A seed file as a DuckDB table of text with exactly these columns, in this order."""
    types = ", ".join(f"{c}: 'VARCHAR'" for c in columns)
    return f"read_csv({quoted(str(path))}, columns = {{{types}}}, header = true, delim = ',', auto_detect = false)"


def _bare(column: str) -> str:
    return f"regexp_replace(lower({column}), '[\\s\u00a0]+', '', 'g')"


def resolve(con: duckdb.DuckDBPyConnection, table: str, kabupaten: str, code: str, village: str | None) -> None:
    """Fill kode_desa, kode and nasib of canonical table `table` from its columns `code` and `village`.

    code: a column with village codes (Kemendagri, dotted or not, or BPS) or BPS kecamatan codes.
    Leaves table w_pasangan: kode_asal, nama_asal, baris, kode_kec (of the code), kode_desa, kode, nasib.
    """
    home = quoted(kabupaten.replace(".", ""))
    given = name(village) if village else "null::varchar"
    con.execute(
        f"""
        create or replace table w_pasangan as
        with asal as (
            select {name(code)} as kode_asal, {given} as nama_asal, count(*) as baris from {table} group by all
        ),
        angka as (
            -- Take the digits only if the value has nothing but digits, dots and blanks.
            select *, {_bare("nama_asal")} as n,
                case when regexp_full_match(kode_asal, '[0-9. ]+')
                    then regexp_replace(kode_asal, '[^0-9]', '', 'g') end as d
            from asal
        ),
        terbaca as (
            -- A code with seven digits, or with ten digits and a 0 as the seventh, is BPS. Any other is Kemendagri.
            select *, length(d) = 7 or (length(d) = 10 and d[7] = '0') as bps,
                coalesce(length(d) in (7, 10) and d[:2] between '11' and '96', false) as lengkap,
                concat_ws('.', d[:2], d[3:4], d[5:6]) as kec_d, concat_ws('.', d[:2], d[3:4], d[5:6], d[7:]) as desa_d
            from angka
        ),
        kec as (
            -- Outside Java BPS numbers the kabupaten differently: a BPS code is ours if its kecamatan is ours. A code
            -- that is not in the seed is ours if it begins like our BPS codes.
            select t.*, case when t.bps then b.kode_kec else t.kec_d end as kode_kec,
                t.lengkap and case
                    when not t.bps then t.d[:4] <> {home}
                    when b.kode_kec is not null then replace(left(b.kode_kec, 5), '.', '') <> {home}
                    else t.d[:4] not in (
                        select left(kode_bps, 4) from w_bps where replace(left(kode_kec, 5), '.', '') = {home}
                    )
                end as di_luar
            from terbaca t left join w_bps b on t.bps and b.kode_bps = t.d[:7]
        ),
        desa as (
            select k.*, bernama.kode_desa is not null as nama_cocok,
                case when k.bps then bernama.kode_desa else berkode.kode_desa end as ketemu,
                k.n is not null and exists (select 1 from w_nama o where o.nama = k.n) as nama_ada
            from kec k
            left join w_nama bernama on bernama.kode_kec = k.kode_kec and bernama.nama = k.n
                and (k.bps or bernama.kode_desa = k.desa_d)
            left join w_desa berkode on berkode.kode_desa = k.desa_d
        )
        select kode_asal, nama_asal, baris, n, kode_kec,
            case when di_luar then 'di_luar_lingkup' end as nasib,
            case
                when kode_asal is null or di_luar then null
                when not lengkap or kode_kec is null then 'wilayah_tidak_terpecahkan'
                when bps and ketemu is null and nama_ada then 'wilayah_bertentangan'
                when ketemu is null then 'wilayah_tidak_terpecahkan'
                when not bps and n is not null and not nama_cocok then 'wilayah_bertentangan'
            end as kode,
            case when kode is null and nasib is null then ketemu end as kode_desa
        from desa
        """
    )
    same_name = f"and p.nama_asal is not distinct from t.{name(village)}" if village else ""
    con.execute(
        f"""
        update {table} t
        set kode_desa = p.kode_desa, nasib = p.nasib, kode = coalesce(t.kode, p.kode)
        from w_pasangan p where p.kode_asal is not distinct from t.{name(code)} {same_name}
        """
    )


def shifted_kecamatan(con: duckdb.DuckDBPyConnection, minimum: int, share: float) -> list[tuple[str, int]]:
    """Kecamatan of w_pasangan with at least `share` of their rows in the same disagreement between code and name.

    By code: rows with its code name villages of a single other kecamatan. By name: rows that name its villages have
    the code of a single other kecamatan, and almost none has its own code. Returns (kode_kec, rows that disagree).
    The cause is a delivery in another code system, not single mistakes.
    """
    return con.execute(
        """
        with semua as (
            select kode_kec, sum(baris) as baris from w_pasangan
            where nasib is null and kode_kec is not null group by kode_kec
        ),
        lain as (
            select p.kode_kec, o.kode_kec as kec_nama, sum(p.baris) as baris from w_pasangan p
            join (select distinct kode_kec, nama from w_nama) o on o.nama = p.n and o.kode_kec <> p.kode_kec
            where p.kode is not null group by all
        ),
        tergeser as (
            select l.kode_kec as kec, l.baris from lain l join semua s using (kode_kec)
            where l.baris >= $batas * s.baris
            union all
            select l.kec_nama, l.baris from lain l left join semua s on l.kec_nama = s.kode_kec
            where l.baris >= $batas * (l.baris + coalesce(s.baris, 0))
        )
        select kec, max(baris)::bigint from tergeser where baris >= $sedikitnya group by kec order by kec
        """,
        {"batas": share, "sedikitnya": minimum},
    ).fetchall()
