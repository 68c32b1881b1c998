"""Which weighed pairs become links. Guards hold back pairs that weigh enough only because family members resemble each
other.

Twins have the same birth date, mother and house; brothers have all but the birth date in common; a newborn is written
under its mother's name. The weights cannot know that (docs/decisions/0011).
"""

from __future__ import annotations

from linkage.exact import (
    GENERATION,
    MODEL_RANK,
    MODEL_RULE,
    SAME_NAME,
    SIMILAR_NAME,
    TWIN_NAME,
    born_alike,
    no_child,
    same_sex,
)
from linkage.standard import names_alike

# Probabilities from 0 to 1. From LINK on a pair is evidence; from REVIEW up to LINK it is a question for a person.
LINK, REVIEW = 0.9, 0.5
# How alike two names have to be, from 0 to 1 (`names_alike`). TYPED_NAME: with the same number and birth date a short
# name may be mistyped as badly as AUY for AYU. NEAR_NAME: with nearly the same number, or one birth date and mother,
# names may be less alike than elsewhere (SIMILAR_NAME). EQUAL_NAME: the names are equal, or one is the other's short
# form.
TYPED_NAME, NEAR_NAME, EQUAL_NAME = 0.55, 0.82, 0.99
# The probability that is needed for two records with one name whose birth dates agree in nothing but are less than a
# generation apart. LINK is enough if house and mother are the same and no other number contradicts it.
SURE = 0.9999


# SQL: two person records (r, s) are in one family record and have the same birth date and sex.
BESIDE = f"""
    r.sumber = s.sumber and r.id_keluarga = s.id_keluarga and r.tanggal_lahir = s.tanggal_lahir
    and {same_sex("r", "s")} and r.rid <> s.rid
"""
# SQL: two such records (r of family f, s), with the names m and n, are one person entered twice and not twins
# (docs/decisions/0020). All of this has to hold: they do not carry two different numbers; their names differ by one
# letter or one swap, or the words of one are cut short in the other; another source has a person of that birth date and
# sex in the family, under no other number than theirs (under that very number, if both carry it); and no other source
# lists two such persons there.
TWICE = """
    coalesce(r.nik = s.nik, true)
    -- A newborn without a name may be a twin like any other. NUR A and NUR I, with initials, are two different names.
    and coalesce(
        damerau_levenshtein(m.nama_baku, n.nama_baku) = 1 and not (m.singkat and n.singkat)
        or (len(m.kata) = len(n.kata) and list_bool_and(list_transform(list_zip(m.kata, n.kata), lambda p:
            starts_with(p[1], p[2]) or starts_with(p[2], p[1])
        ))),
        false
    )
    and exists (
        select 1 from lain_sumber as l
        where l.fid = f.fid and l.sumber <> r.sumber and l.tanggal_lahir = r.tanggal_lahir
            and coalesce(l.jenis_kelamin = r.jenis_kelamin, true)
            and coalesce(l.nik = coalesce(r.nik, s.nik), r.nik is null or s.nik is null)
    )
    and not exists (
        select 1 from lain_sumber as l
        where l.fid = f.fid and l.sumber <> r.sumber and l.tanggal_lahir = r.tanggal_lahir and l.berdua
    )
"""


def accept(con) -> dict[str, int]:
    """Add the pairs of `bobot` with a probability of LINK or more that no guard holds to `pasangan`; return counts.

    The other pairs with REVIEW or more go to `ragu_pasangan` (a, b, peluang, sebab); `sebab` is the guard that holds
    the pair, or `bukti kurang`.
    """
    _twins(con)
    con.execute(f"""
        create or replace table timbang as
        select w.a, w.b, w.peluang, {names_alike("m", "n")} as mirip,
            p.bentuk is null or q.bentuk is null as tanpa_nama,
            coalesce(p.no_kk = q.no_kk, false) or len(list_intersect(x.kawan, y.kawan)) > 0 as serumah,
            p.lahir_baku and q.lahir_baku and not serumah as tanggal_baku,
            coalesce(p.bentuk_ibu = q.bentuk_ibu, false) as ibu_sama,
            p.tanggal_lahir = q.tanggal_lahir and not p.lahir_baku as lahir_sama,
            {born_alike("p", "q")} as lahir_mirip,
            abs(p.tanggal_lahir - q.tanggal_lahir) <= 31 as sebulan,
            abs(year(p.tanggal_lahir) - year(q.tanggal_lahir)) < {GENERATION} as segenerasi,
            not {no_child("p", "q")} as beda_angkatan,
            coalesce(m.nama_urut = n.nama_urut or m.nama_rapat = n.nama_rapat, false) as senama,
            coalesce(kata_lain(m.kata, n.kata), false) as kata_beda,
            coalesce(p.nik = q.nik, false) as nik_sama,
            coalesce(beda_angka(p.nik, q.nik) <= 2 and p.nik // 10000 <> q.nik // 10000, false) as nik_dekat,
            coalesce(beda_angka(p.nik, q.nik) > 2, false) as nik_lain,
            p.hadir = q.hadir as sehidup,
            w.a in (select rid from kembar) or w.b in (select rid from kembar)
                -- The numbers of twins may differ in the serial alone. Such a difference is a slip only where Dukcapil
                -- rejects one number and not the other.
                or coalesce(
                    p.nik <> q.nik and p.nik // 10000 = q.nik // 10000 and p.nik_ditolak = q.nik_ditolak, false
                ) as kembar
        from bobot as w
        inner join rekaman as p on w.a = p.rid
        inner join rekaman as q on w.b = q.rid
        left join bentuk_nama as m on p.bentuk = m.bentuk
        left join bentuk_nama as n on q.bentuk = n.bentuk
        inner join bukti as x on w.a = x.unique_id
        inner join bukti as y on w.b = y.unique_id
        where w.peluang >= {REVIEW}
    """)
    con.execute(f"""
        create or replace table putusan_pasangan as
        select a, b, peluang, case
            when kembar and (tanpa_nama or mirip < {TWIN_NAME}) then 'kembar'
            when tanpa_nama and not coalesce(lahir_sama and ibu_sama, false) then 'tanpa nama'
            -- Half of a village's old people have 31 December as their birth date, so two default dates say nothing:
            -- only a common house shows that two of one name are one person.
            when tanggal_baku then 'tanggal baku'
            when mirip < case
                    when nik_dekat or (ibu_sama and (lahir_sama or (nik_sama and (lahir_mirip or sebulan))))
                        then {NEAR_NAME}
                    else {SIMILAR_NAME}
                end
                and not (nik_sama and lahir_sama and mirip >= {TYPED_NAME}) then 'nama beda'
            -- A common first word makes whole names alike. Where nothing but birth date and place speaks for the pair,
            -- words that have nothing in common are those of two people, say of twins who have houses of their own.
            when kata_beda and not (serumah or ibu_sama or nik_sama or nik_dekat) then 'nama beda'
            -- A child may carry its father's name behind its own, and a default birth date seems to fit any other. So
            -- records a generation apart have to be of the same name in full.
            when beda_angkatan and not senama then 'tanggal lahir beda'
            when not lahir_sama
                and not (lahir_mirip and mirip >= {SAME_NAME})
                and not (nik_sama and (lahir_mirip or sebulan))
                -- `sehidup`, since a child may be given the name of a sibling who died before it.
                and not (
                    segenerasi and sehidup and mirip >= {EQUAL_NAME}
                    and peluang >= case when serumah and ibu_sama and not nik_lain then {LINK} else {SURE} end
                )
                then 'tanggal lahir beda'
            when peluang < {LINK} then 'bukti kurang'
        end as sebab
        from timbang
    """)
    con.execute(f"""
        insert into pasangan
        select a, b, '{MODEL_RULE}', {MODEL_RANK}, peluang from putusan_pasangan where sebab is null
    """)
    con.execute("create or replace table ragu_pasangan as from putusan_pasangan where sebab is not null")
    linked, unsure = con.sql("""
        select count(*) filter (where sebab is null), count(sebab) from putusan_pasangan
    """).fetchall()[0]
    return {"pasangan_model": linked, "pasangan_ragu": unsure}


def _twins(con) -> None:
    """Fill `kembar` (rid): records next to which their source lists another person of the same birth date and sex.

    Also fill `lain_sumber`: for each family (fid) the people in its neighbours (`tetangga`, the family itself
    included); `berdua` says whether another person of the same birth date and sex is next to them.
    """
    con.execute(f"""
        create or replace table lain_sumber as
        select distinct t.fid, r.sumber, r.nik, r.tanggal_lahir, r.jenis_kelamin,
            exists (select 1 from rekaman as s where {BESIDE}) as berdua
        from tetangga as t
        inner join rekaman_keluarga as k on t.fid_lain = k.fid
        inner join rekaman as r on k.rid = r.rid
    """)
    con.execute(f"""
        create or replace table kembar as
        with ditanya as (
            select a as rid from bobot where peluang >= {REVIEW} union select b from bobot where peluang >= {REVIEW}
        )
        select distinct r.rid
        from rekaman as r
        inner join ditanya as d on r.rid = d.rid
        inner join rekaman_keluarga as f on r.rid = f.rid
        inner join rekaman as s on {BESIDE}
        left join bentuk_nama as m on r.bentuk = m.bentuk
        left join bentuk_nama as n on s.bentuk = n.bentuk
        -- One person whom the source lists twice is no pair of twins.
        where coalesce({names_alike("m", "n")} < {TWIN_NAME}, true) and not coalesce({TWICE}, false)
    """)
