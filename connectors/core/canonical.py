"""SQL that turns delivered text into canonical values: missing tokens, types, code lists, one date form a column.

Everything here builds DuckDB expressions; the rows never pass through Python. A typed value is first parsed as it
was delivered; only values that do not parse are trimmed, looked up by spelling and parsed again, so clean cells cost
little. Rules: contracts/rules.md, "Files and values".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from connectors.core.source import Column, Entity, Source, code_lists, program_aliases

MISSING = ("-", "NULL", "N/A", "TIDAK TAHU")
# Blanks that spreadsheets and web forms leave at the ends of values: blanks of every width, and the BOM.
BLANK = "[\\s\\p{Z}\ufeff]"

# form -> (pattern for the shape of a value, in which every digit is a 9; conversion of {x} to DATE or NULL)
DATE_FORMS: dict[str, tuple[str, str]] = {
    "iso": (
        r"9999-9{1,2}-9{1,2}([T ]99:99.*)?",
        "case when {x}[5] = '-' and {x}[:4] between '1850' and '2200'"
        " then try_strptime(regexp_extract({x}, '^[^T ]+'), '%Y-%m-%d')::date end",
    ),
    "hari-bulan-tahun": (
        r"9{1,2}-9{1,2}-9999",
        "case when right({x}, 4) between '1850' and '2200' then try_strptime({x}, '%d-%m-%Y')::date end",
    ),
    "hari/bulan/tahun": (
        r"9{1,2}/9{1,2}/9999",
        "case when right({x}, 4) between '1850' and '2200' then try_strptime({x}, '%d/%m/%Y')::date end",
    ),
    "tahun/bulan/hari": (
        r"9999/9{1,2}/9{1,2}",
        "case when {x}[:4] between '1850' and '2200' then try_strptime({x}, '%Y/%m/%d')::date end",
    ),
    "tahunbulanhari": (
        r"99999999",
        "case when length({x}) = 8 and {x}[:4] between '1850' and '2200' then try_strptime({x}, '%Y%m%d')::date end",
    ),
}
EXCEL_SHAPE = r"9{4,5}(\.9)?"
# Excel's 1900 system; its day 60 is 29 February 1900, which did not exist, so earlier days count from one day later.
EXCEL_DATE = (
    "case when regexp_full_match({x}, '\\d{{4,5}}(\\.0)?') then"
    " case when try_cast({x} as double)::int between 1 and 59 then date '1899-12-31' + try_cast({x} as double)::int"
    " when try_cast({x} as double)::int between 61 and 60000"
    " then date '1899-12-30' + try_cast({x} as double)::int end end"
)
_NUMBER = "try_cast(replace({x}, ',', '.') as double)"
_DECIMAL = f"case when regexp_full_match({{x}}, '-?\\d{{{{1,12}}}}([.,]\\d+)?') then {_NUMBER} end"
_LATITUDE, _LONGITUDE = (f"case when abs({_NUMBER}) <= {limit} then {_NUMBER} end" for limit in (90, 180))
# `Rp 1.200.000,00`: dots before every third digit separate thousands; any other dot is a decimal point.
_BARE = "regexp_replace(regexp_replace({x}, '^[Rr][Pp]\\.?\\s*', ''), ',-$', '')"
# type -> canonical value of {x}, NULL when it does not parse.
SECOND_TRY = {
    "waktu": "case when regexp_matches({x}, '(Z|[+-]\\d\\d:?\\d\\d)$') then try_cast({x} as timestamptz) end",
    # A count or a year, at most four digits: 99999 means that nobody counted, and no smallint can hold it.
    "bulat": "case when regexp_full_match({x}, '\\d{{1,4}}([.,]0+)?')"
    " then try_cast(regexp_extract({x}, '^\\d+') as integer) end",
    "desimal": _DECIMAL,
    "lintang": _LATITUDE,
    "bujur": _LONGITUDE,
    "rupiah": f"case when regexp_full_match({_BARE}, '\\d{{{{1,3}}}}(\\.\\d{{{{3}}}})+(,\\d+)?')"
    f" then try_cast(replace(replace({_BARE}, '.', ''), ',', '.') as decimal(18, 2))"
    f" when regexp_full_match({_BARE}, '\\d+([.,]\\d{{{{1,2}}}})?')"
    f" then try_cast(replace({_BARE}, ',', '.') as decimal(18, 2)) end",
    "rt_rw": "case when regexp_full_match({x}, '\\d{{1,3}}(\\.0)?') then lpad(regexp_extract({x}, '^\\d+'), 3, '0')"
    " when regexp_full_match({x}, '0\\d{{3}}') then right({x}, 3) end",
    # Region codes with or without dots are one value; `core.wilayah` finds out to which system a code belongs.
    "wilayah": "case when regexp_full_match({x}, '\\d\\d(\\d\\d){{0,2}}(\\d{{4}})?')"
    " then concat_ws('.', {x}[1:2], nullif({x}[3:4], ''), nullif({x}[5:6], ''), nullif({x}[7:], '')) else {x} end",
    "ya_lain": "upper({x}) = 'YA'",
    # Open list of names: every programme has a value, by its alias or in upper case; see _second_try.
    "program": "upper({x})",
    "jenis_kelamin": "case regexp_replace(upper({x}), '[^A-Z0-9]', '', 'g') when '1' then 'L' when 'L' then 'L'"
    " when 'LAKILAKI' then 'L' when '2' then 'P' when 'P' then 'P' when 'PEREMPUAN' then 'P' end",
}
# The same for cells that are clean as delivered, for types where that is cheaper.
FIRST_TRY = {
    "program": "null::varchar",
    "ya_lain": "case {x} when 'YA' then true when 'TIDAK' then false end",
    "rupiah": "case when regexp_full_match({x}, '\\d{{1,12}}') then try_cast({x} as decimal(18, 2)) end",
    "rt_rw": "case when regexp_full_match({x}, '\\d{{3}}') then {x} end",
    "wilayah": "case when regexp_full_match({x}, '\\d\\d\\.\\d\\d\\.\\d\\d(\\.\\d{{4}})?') then {x} end",
    "jenis_kelamin": "case {x} when 'L' then 'L' when 'P' then 'P' when '1' then 'L' when '2' then 'P' end",
}
# SQL: x without leading zeros and `.0`, in the form that `source.normalised` gives a code or spelling.
CODE_KEY = (
    "regexp_replace(lower(replace(regexp_replace(x, '^0*(\\d+?)(\\.0+)?$', '\\1'), '>', 'lebih')),"
    " '[^\\p{L}\\p{N}]', '', 'g')"
)


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    """A SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def cleaned(column: Column, raw: str) -> str:
    """Trimmed text, NULL when it is a missing token of that column (0 where its code list has no 0)."""
    tokens = MISSING
    if column.tipe == "jenis_kelamin" or (column.code_list and "0" not in code_lists()[column.code_list]):
        tokens = (*tokens, "0")
    missing = f"(?i:{'|'.join(tokens)})?"
    # One regular expression checks every cell, and only the few cells that need it are replaced. (With two branches
    # that both trim, DuckDB would compute the trimming for every cell, which takes four times as long.)
    needed = f"^{BLANK}|{BLANK}$|^{missing}$"
    removed = f"^{BLANK}*{missing}{BLANK}*$|^{BLANK}+|{BLANK}+$"
    return (
        f"case when regexp_matches({raw}, {quoted(needed)})"
        f" then nullif(regexp_replace({raw}, {quoted(removed)}, '', 'g'), '') else {raw} end"
    )


def _first_try(column: Column, form: str | None) -> str:
    """SQL of the value when the cell is clean as delivered, else NULL: cheap, for every row."""
    raw = name(column.nama)
    if column.code_list:
        known = ", ".join(quoted(c) for c in sorted(set(code_lists()[column.code_list].values())))
        return _typed(column, f"case when {raw} in ({known}) then {raw} end")
    return FIRST_TRY.get(column.tipe, _template(column.tipe, form)).format(x=raw)


def _second_try(column: Column, form: str | None) -> str:
    """SQL of the value of cleaned text x, with every accepted spelling: for distinct values only."""
    if column.tipe == "program":
        branches = " ".join(f"when {quoted(k)} then {quoted(v)}" for k, v in program_aliases().items())
        return f"case upper(x) {branches} else upper(x) end"
    if column.code_list:
        branches = " ".join(f"when {quoted(k)} then {quoted(c)}" for k, c in code_lists()[column.code_list].items())
        return _typed(column, f"case when x is not null then case {CODE_KEY} {branches} end end")
    return _template(column.tipe, form).format(x="x")


def _typed(column: Column, code: str) -> str:
    return {"desil": f"try_cast({code} as smallint)", "exclude": f"({code} = 'YA')"}.get(column.tipe, code)


def _template(tipe: str, form: str | None) -> str:
    if tipe == "tanggal":
        return {None: "null::date", "excel": EXCEL_DATE}.get(form) or DATE_FORMS[str(form)][1]
    return SECOND_TRY[tipe]


def parses(column: Column) -> bool:
    """Whether a value of that column is more than text (and can fail to parse, except for programmes)."""
    return column.code_list is not None or column.tipe == "tanggal" or column.tipe in SECOND_TRY


def date_forms(con: duckdb.DuckDBPyConnection, table: str, entity: Entity) -> dict[str, str | None]:
    """The single date form of each date column of a raw table: the most frequent one; None when no value has a form.

    Excel serials count only when every value of the column has that form.
    """
    forms: dict[str, str | None] = {}
    for column in entity.kolom:
        if column.tipe != "tanggal":
            continue
        shapes = con.execute(
            f"""
            select translate(x, '0123456789', '9999999999') as bentuk, sum(n)::bigint as n
            from (select {cleaned(column, name(column.nama))} as x, count(*) as n from {table} group by x)
            where strlen(x) <= 40 group by bentuk order by n desc, bentuk limit 50
            """
        ).fetchall()
        forms[column.nama] = _form_of(shapes)
    return forms


def _form_of(shapes: list[tuple[str, int]]) -> str | None:
    if shapes and all(re.fullmatch(EXCEL_SHAPE, s) for s, _ in shapes):
        return "excel"
    counts = {f: sum(n for s, n in shapes if re.fullmatch(p, s)) for f, (p, _) in DATE_FORMS.items()}
    best = max(counts, key=lambda form: counts[form])
    return best if counts[best] else None


def canonicalise(con: duckdb.DuckDBPyConnection, source: Source, entitas: str, raw: str, target: str) -> None:
    """Make table `target` from raw table `raw` (see `landing.Raw`).

    target: nomor_baris (1-based), the declared columns with canonical values, `mentah` (JSON text of the values that
    did not parse, by column), `kode` (quarantine reason of the row by itself, else NULL), `nasib` (NULL).
    """
    entity = source.entitas[entitas]
    forms = date_forms(con, raw, entity)
    unclean = _unclean(con, entity, raw, forms)
    values, joins, unread, eligible = [], [], [], []
    for c in entity.kolom:
        if c.turunan:
            values.append(f"null::varchar as {name(c.nama)}")
            continue
        if not parses(c):
            values.append(f"{cleaned(c, name(c.nama))} as {name(c.nama)}")
            continue
        form = forms.get(c.nama)
        first, second = _first_try(c, form), _second_try(c, form)
        spelled, wrong = _distinct_spellings(con, c, raw, first, second) if c.nama in unclean else (0, 0)
        if spelled or wrong:
            m = name(f"m_{c.nama}")
            joins.append(f"left join {m} on {m}.raw = {raw}.{name(c.nama)}")
            first = f"coalesce({first}, {m}.nilai)"
        if wrong:
            unread.append(f"case when {m}.salah then {quoted(name(c.nama) + ':')} || to_json({m}.x) end")
            eligible += [f"{m}.salah"] if c.kelayakan else []
        values.append(f"{first} as {name(c.nama)}")
    mentah = f"nullif(concat_ws(',', {', '.join(unread)}), '')" if unread else "null::varchar"
    con.execute(
        f"""
        create table {target} as
        select {raw}.rowid + 1 as nomor_baris, {", ".join(values)}, '{{' || {mentah} || '}}' as mentah,
            case when bentuk_rusak then 'bentuk_rusak'
                when {" or ".join(eligible) or "false"} then 'kode_tidak_dikenal' end as kode,
            null::varchar as nasib
        from {raw} {" ".join(joins)}
        """
    )
    _require(con, entity, target)


def _unclean(con: duckdb.DuckDBPyConnection, entity: Entity, raw: str, forms: Mapping[str, str | None]) -> set[str]:
    """Names of the typed columns with cells that are not clean as delivered: one scan for all columns."""
    typed = [c for c in entity.kolom if not c.turunan and parses(c)]
    if not typed:
        return set()
    counts = con.execute(
        "select "
        + ", ".join(f"count({name(c.nama)}) - count({_first_try(c, forms.get(c.nama))})" for c in typed)
        + f" from {raw}"
    ).fetchone()
    return {c.nama for c, n in zip(typed, counts, strict=True) if n}


def _distinct_spellings(
    con: duckdb.DuckDBPyConnection, column: Column, raw: str, first: str, second: str
) -> tuple[int, int]:
    """Make table m_<column> (raw, x, nilai, salah) of the distinct cells that are not clean as delivered.

    Returns how many of them got a value, and how many are given but do not parse. Two steps are used, because DuckDB
    would copy the cleaning expression to each x in `second` (measured: 30 ms to plan one column).
    """
    table, cell = name(f"m_{column.nama}"), name(column.nama)
    con.execute(
        f"""
        create or replace temp table kotor as select raw, {cleaned(column, "raw")} as x
        from (select distinct {cell} as raw from {raw} where {cell} is not null and ({first}) is null)
        """
    )
    con.execute(f"create or replace temp table {table} as select raw, x, {second} as nilai, false as salah from kotor")
    con.execute(f"update {table} set salah = true where x is not null and nilai is null")
    return con.execute(f"select count(nilai), count(*) filter (salah) from {table}").fetchone()


def _require(con: duckdb.DuckDBPyConnection, entity: Entity, target: str) -> None:
    """Mark rows without a required field as wajib_kosong; a required code that is given but unknown is not empty."""
    empty = [f"({name(c.nama)} is null" + (" and kode is null)" if parses(c) else ")") for c in entity.kolom if c.wajib]
    con.execute(
        f"""
        update {target} set kode = 'wajib_kosong'
        where kode is distinct from 'bentuk_rusak' and ({" or ".join(empty)})
        """
    )
