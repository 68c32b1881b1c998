"""Which weighed pairs become links. Guards hold pairs that weigh enough only because members of a family are alike.

Twins have one birth date, mother and house; brothers share all but the date; a newborn is written under its mother's
name. The weights cannot know that.
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

# At LINK a pair is evidence; between REVIEW and LINK it is a question for a person and no link.
LINK, REVIEW = 0.9, 0.5
# With the same number and birth date a short name may be as mistyped as AYU and AUY; with a number that is nearly the
# same, or born on one day to one mother, it may be less alike than elsewhere.
TYPED_NAME, NEAR_NAME, EQUAL_NAME = 0.55, 0.82, 0.99
# The chance that is needed for two records of one name whose birth dates agree in nothing and lie less than a
# generation apart. LINK suffices if house and mother are the same and no other number speaks against it.
SURE = 0.9999


# Two person records (r, s) of one family record, with one birth date and sex.
BESIDE = f"""
    r.sumber = s.sumber and r.id_keluarga = s.id_keluarga and r.tanggal_lahir = s.tanggal_lahir
    and {same_sex("r", "s")} and r.rid <> s.rid
"""
# Of two such records, with names m and n: they are one person entered twice, not twins (docs/decisions/0020). They do
# not have two numbers; their names differ by one letter, or one is cut short; another source has a person of that birth
# date in the family, under no other number than theirs (under just that number, if both carry it); and no other source
# lists two such persons there.
TWICE = """
    coalesce(r.nik = s.nik, true)
    -- A newborn without a name may be anybody's twin; NUR A and NUR I are two names.
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
    """Add the pairs of `bobot` that are LINK or more, and that no guard holds, to `pasangan`; return counts.

    The others from REVIEW on are in `ragu_pasangan` (a, b, peluang, sebab).
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
            coalesce(p.nik = q.nik, false) as nik_sama,
            coalesce(beda_angka(p.nik, q.nik) <= 2 and p.nik // 10000 <> q.nik // 10000, false) as nik_dekat,
            coalesce(beda_angka(p.nik, q.nik) > 2, false) as nik_lain,
            p.hadir = q.hadir as sehidup,
            w.a in (select rid from kembar) or w.b in (select rid from kembar)
                -- Twins have neighbouring serials: a slip only where Dukcapil knows the one and not the other.
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
            when tanpa_nama and not (lahir_sama and ibu_sama) then 'tanpa nama'
            -- Half a village of the old was born on 31 December: only a common house tells two of one name apart.
            when tanggal_baku then 'tanggal baku'
            when mirip < case
                    when nik_dekat or (ibu_sama and (lahir_sama or (nik_sama and (lahir_mirip or sebulan))))
                        then {NEAR_NAME}
                    else {SIMILAR_NAME}
                end
                and not (nik_sama and lahir_sama and mirip >= {TYPED_NAME}) then 'nama beda'
            -- A father's name stands behind his child's, and his default birth date is like every other.
            when beda_angkatan and not senama then 'tanggal lahir beda'
            when not lahir_sama
                and not (lahir_mirip and mirip >= {SAME_NAME})
                and not (nik_sama and (lahir_mirip or sebulan))
                -- A child may be given the name of one who died before it.
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
    """Fill `kembar` (rid): records beside which their source lists another person of the same birth date and sex.

    `lain_sumber` holds the people in the neighbours of each family (`tetangga`); `berdua` says whether another such
    person stands beside them.
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
        -- The same person twice in a source is no twin.
        where coalesce({names_alike("m", "n")} < {TWIN_NAME}, true) and not coalesce({TWICE}, false)
    """)
