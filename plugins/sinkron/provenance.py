"""The query behind `publikasi_penuh.asal_usul`: stored exceptions, and for all others the attribute's main record; and
`publikasi_penuh.mengapa`, which queries it for one value.

Storing every cell costs 20 s and 2.4 GB per release (design, "Golden"), so only the exceptions are stored. The
contracts (`asal`) say which record is the main record of an attribute.
"""

from __future__ import annotations

from psycopg.sql import SQL, Composed, Literal

from sinkron.contract import Contract

# grain -> uid column of the table that carries its attributes
GRAINS = {"individu": "uid_individu", "rumah_tangga": "uid_rumah_tangga"}
MEANING = (
    "Mengapa sebuah sel berkata demikian: nilai, rekaman asalnya, aturan yang memilih dan nilai yang kalah, pada rilis"
    " yang dilihat sambungan ini; aturan kosong bila tidak ada sumber yang mengisinya"
)
FUNCTION = """create or replace function publikasi_penuh.mengapa(uid text, kolom text)
returns setof publikasi_penuh.asal_usul
language plpgsql stable set search_path = pg_catalog, pg_temp as $fungsi$
#variable_conflict use_column
declare
    jawaban publikasi_penuh.asal_usul;
    orang_atau_rumah record;
begin
    return query
        select a.* from publikasi_penuh.asal_usul as a where a.uid = mengapa.uid and a.kolom = mengapa.kolom;
    if found then
        return;
    end if;
    select d.* into orang_atau_rumah from (
        {dikenal}
    ) as d;
    if not found then
        raise exception 'Tidak ada orang atau rumah tangga dengan uid itu pada rilis yang dilihat sambungan ini'
            using errcode = 'no_data_found',
                hint = 'Periksa uid_individu atau uid_rumah_tangga, sinkron.rilis dan wilayah akun ini';
    end if;
    if (mengapa.kolom = any (orang_atau_rumah.kolom)) is not true then
        raise exception 'Kolom itu tidak ada pada tabel %, atau dihitung dan tidak diambil dari sebuah rekaman',
            orang_atau_rumah.grain using errcode = 'undefined_column',
                hint = 'Yang dapat ditanyakan: ' || array_to_string(orang_atau_rumah.kolom, ', ');
    end if;
    jawaban.periode := orang_atau_rumah.periode;
    jawaban.revisi := orang_atau_rumah.revisi;
    jawaban.grain := orang_atau_rumah.grain;
    jawaban.uid := mengapa.uid;
    jawaban.kolom := mengapa.kolom;
    jawaban.aturan := 'kosong';
    jawaban.kalah := '[]';
    return next jawaban;
end $fungsi$"""


def query(contracts: dict[str, Contract]) -> str:
    """SQL of the view body without its last `where`, with the columns of the contract `asal_usul`."""
    shown = ", ".join(f"s.{column.name}" for column in contracts["asal_usul"].visible("publikasi_penuh"))
    parts = [f"select {shown} from rilis.asal_usul as s"]
    parts += [_computed(contracts[grain], grain, uid) for grain, uid in GRAINS.items()]
    return "\nunion all\n".join(parts)


def _computed(table: Contract, grain: str, uid: str) -> str:
    attributes = [column for column in table.columns if column.asal]
    values = ",\n        ".join(
        f"('{c.name}', b.{c.name}::text, {c.asal}.sumber, {c.asal}.id_sumber, {c.asal}.id_kiriman, {c.asal}.tanggal)"
        for c in attributes
    )
    origins = dict.fromkeys(column.asal for column in attributes)
    joins = "\n".join(_main_record(origin, grain, uid) for origin in origins)
    return f"""select b.periode, b.revisi, '{grain}'::text, b.{uid}, a.kolom, a.nilai, a.sumber, a.id_sumber,
    a.id_kiriman, a.tanggal, 'utama'::text, '[]'::jsonb
from rilis.{table.name} as b
{joins}
cross join lateral (
    values
        {values}
) as a (kolom, nilai, sumber, id_sumber, id_kiriman, tanggal)
where a.nilai is not null
    and not exists (
        select from rilis.asal_usul as s
        where s.id_rilis = b.id_rilis and s.grain = '{grain}' and s.uid = b.{uid} and s.kolom = a.kolom
    )"""


def _main_record(origin: str, grain: str, uid: str) -> str:
    """The landed record that an attribute of this origin comes from: a named one, or the newest of one source."""
    if origin in ("identitas", "rumah", "lengkap"):
        record = f"b.rekaman_{origin}"
        return f"""left join lateral (
    select split_part({record}, '|', 1) as sumber, substr({record}, strpos({record}, '|') + 1) as id_sumber,
        t.id_kiriman, t.tanggal
    from (select) as satu
    left join rilis.tautan as t
        on t.id_rilis = b.id_rilis and t.grain = '{grain}' and t.uid = b.{uid}
        and t.sumber = split_part({record}, '|', 1)
        and t.id_sumber = substr({record}, strpos({record}, '|') + 1)
    order by t.tanggal desc nulls last, t.nomor_baris
    limit 1
) as {origin} on {record} is not null"""
    return f"""left join lateral (
    select t.sumber, t.id_sumber, t.id_kiriman, t.tanggal
    from rilis.tautan as t
    where t.id_rilis = b.id_rilis and t.grain = '{grain}' and t.uid = b.{uid} and t.sumber = '{origin}'
    order by t.tanggal desc nulls last, t.id_sumber, t.nomor_baris
    limit 1
) as {origin} on true"""


def why(contracts: dict[str, Contract]) -> dict[str, list[Composed]]:
    """Name -> statements that make the function `publikasi_penuh.mengapa(uid, kolom)`, which queries `asal_usul`.

    It runs with the rights of its caller, so the view itself requires the purpose and restricts release and area. No
    message repeats an argument, because somebody may have typed a person's number there.
    """
    name = "publikasi_penuh.mengapa(text,text)"
    attributes = {grain: [column.name for column in contracts[grain].columns if column.asal] for grain in GRAINS}
    known = "\n        union all\n        ".join(
        f"select periode, revisi, '{grain}' as grain, '{{{','.join(attributes[grain])}}}'::text[] as kolom"
        f" from publikasi.{grain} where {uid} = mengapa.uid"
        for grain, uid in GRAINS.items()
    )
    return {
        name: [
            SQL(FUNCTION.replace("{dikenal}", known)),
            SQL("comment on function {} is {}").format(SQL(name), Literal(MEANING)),
            SQL("grant execute on function {} to baca_penuh").format(SQL(name)),
        ]
    }
