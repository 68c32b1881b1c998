"""SQL that turns delivered text into canonical values: missing tokens, types, code lists, one date form a column.

Everything here builds DuckDB expressions; the rows never pass through Python.
Rules: contracts/rules.md, "Files and values".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from connectors.core.source import Column, Entity, Source, code_lists

MISSING = ("", "-", "NULL", "N/A", "TIDAK TAHU")
# Blanks that spreadsheets and web forms leave at the ends, the no-break space and the BOM among them.
BLANKS = " \t\r\n\u00a0\ufeff"

# form -> (pattern over the shape of a value, where every digit is written 9; conversion of x to DATE or NULL)
DATE_FORMS: dict[str, tuple[str, str]] = {
    "iso": (
        r"9999-9{1,2}-9{1,2}([T ]99:99.*)?",
        "case when x[5] = '-' then try_strptime(regexp_extract(x, '^[^T ]+'), '%Y-%m-%d')::date end",
    ),
    "hari-bulan-tahun": (r"9{1,2}-9{1,2}-9999", "try_strptime(x, '%d-%m-%Y')::date"),
    "hari/bulan/tahun": (r"9{1,2}/9{1,2}/9999", "try_strptime(x, '%d/%m/%Y')::date"),
    "tahun/bulan/hari": (r"9999/9{1,2}/9{1,2}", "try_strptime(x, '%Y/%m/%d')::date"),
    "tahunbulanhari": (
        r"99999999",
        "case when length(x) = 8 then try_strptime(x, '%Y%m%d')::date end",
    ),
}
EXCEL_SHAPE = r"9{4,5}(\.0)?"
# Day 60 of Excel's 1900 system is 29 February 1900, which never was.
EXCEL_DATE = (
    "case when regexp_full_match(x, '\\d{4,5}(\\.0)?') then case"
    " when try_cast(x as double)::int between 61 and 60000 then date '1899-12-30' + try_cast(x as double)::int"
    " when try_cast(x as double)::int between 1 and 59 then date '1899-12-31' + try_cast(x as double)::int end end"
)


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    """A SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def trimmed(raw: str, has_nul: bool) -> str:
    """Text without blanks at its ends, and without NUL, which Postgres cannot hold (looked for only if met)."""
    text = f"replace({raw}, chr(0), '')" if has_nul else raw
    return f"trim({text}, {quoted(BLANKS)})"


def cleaned(column: Column, raw: str, has_nul: bool = False) -> str:
    """Trimmed text, NULL when it is a missing token of that column (0 where its code list has no 0)."""
    tokens = MISSING
    codes = code_lists()[column.code_list] if column.code_list else None
    if column.tipe == "jenis_kelamin" or (codes is not None and "0" not in codes):
        tokens = (*tokens, "0")
    wanted = ", ".join(quoted(t) for t in tokens)
    text = trimmed(raw, has_nul)
    # Only short values can be tokens: the upper-casing of long ones is saved.
    return f"case when length({text}) <= 10 and upper({text}) in ({wanted}) then null else {text} end"


def code_expression(list_name: str) -> str:
    """Canonical code of x by a code list: the code itself, a spelling, a number with leading zeros or `.0`."""
    known = code_lists()[list_name]
    codes = sorted({c for c in known.values()})
    direct = ", ".join(quoted(c) for c in codes)
    key = (
        "regexp_replace(lower(replace(regexp_replace(x, '^0*(\\d+?)(\\.0+)?$', '\\1'), '>', 'lebih')),"
        " '[^\\p{L}\\p{N}]', '', 'g')"
    )
    branches = " ".join(f"when {quoted(k)} then {quoted(c)}" for k, c in known.items())
    return f"case when x is null or x in ({direct}) then x else case {key} {branches} end end"


def date_expression(form: str | None) -> str:
    """Conversion of x to DATE by the form of its column; NULL for an impossible date or another form."""
    if form is None:
        return "null::date"
    convert = EXCEL_DATE if form == "excel" else DATE_FORMS[form][1]
    return f"(case when year({convert}) between 1850 and 2200 then {convert} end)"


def expression(column: Column, aliases: Mapping[str, str], form: str | None) -> str:
    """Canonical value of x (cleaned text of that column), NULL when x does not parse."""
    match column.tipe:
        case "kode":
            return code_expression(column.daftar or "")
        case "desil":
            return f"try_cast({code_expression('desil')} as smallint)"
        case "exclude":
            return f"({code_expression('exclude')} = 'YA')"
        case "ya_lain":
            return "(upper(x) = 'YA')"
        case "jenis_kelamin":
            plain = "regexp_replace(upper(x), '[^A-Z0-9]', '', 'g')"
            return f"case when {plain} in ('1', 'L', 'LAKILAKI') then 'L' when {plain} in ('2', 'P', 'PEREMPUAN') then 'P' end"
        case "program":
            branches = " ".join(f"when {quoted(k)} then {quoted(v)}" for k, v in aliases.items())
            return f"(case upper(x) {branches} else upper(x) end)"
        case "tanggal":
            return date_expression(form)
        case "waktu":
            return "case when regexp_matches(x, '(Z|[+-]\\d\\d:?\\d\\d)$') then try_cast(x as timestamptz) end"
        case "bulat":
            return "case when regexp_full_match(x, '\\d{1,9}([.,]0+)?') then try_cast(regexp_extract(x, '^\\d+') as integer) end"
        case "desimal":
            return "case when regexp_full_match(x, '-?\\d{1,12}([.,]\\d+)?') then try_cast(replace(x, ',', '.') as double) end"
        case "lintang" | "bujur":
            limit = 90 if column.tipe == "lintang" else 180
            return f"case when abs(try_cast(replace(x, ',', '.') as double)) <= {limit} then try_cast(replace(x, ',', '.') as double) end"
        case "rupiah":
            return _rupiah()
        case "rt_rw":
            return (
                "case when regexp_full_match(x, '\\d{1,3}(\\.0)?') then lpad(regexp_extract(x, '^\\d+'), 3, '0')"
                " when regexp_full_match(x, '0\\d{3}') then right(x, 3) end"
            )
        case _:
            return "x"


def _rupiah() -> str:
    bare = "regexp_replace(x, '^[Rr][Pp]\\.?\\s*', '')"
    return (
        f"case when regexp_full_match({bare}, '\\d{{1,3}}(\\.\\d{{3}})+(,\\d+)?')"
        f" then try_cast(replace(replace({bare}, '.', ''), ',', '.') as decimal(18, 2))"
        f" when regexp_full_match({bare}, '\\d+([.,]\\d{{1,2}})?(,-)?')"
        f" then try_cast(replace(replace({bare}, ',-', ''), ',', '.') as decimal(18, 2)) end"
    )


def date_forms(con: duckdb.DuckDBPyConnection, table: str, entity: Entity, has_nul: bool) -> dict[str, str | None]:
    """The one date form of each date column of a raw table: the most frequent; None when no value has one.

    Excel serials only when every value of the column has that form.
    """
    forms: dict[str, str | None] = {}
    for column in entity.kolom:
        if column.tipe != "tanggal":
            continue
        shapes = con.execute(
            f"select translate(x, '0123456789', '9999999999') as bentuk, count(*) as n"
            f" from (select {cleaned(column, name(column.nama), has_nul)} as x from {table})"
            " where x is not null and length(x) <= 40 group by bentuk order by n desc, bentuk limit 50"
        ).fetchall()
        forms[column.nama] = _form_of(shapes)
    return forms


def _form_of(shapes: list[tuple[str, int]]) -> str | None:
    if shapes and all(re.fullmatch(EXCEL_SHAPE, s) for s, _ in shapes):
        return "excel"
    counts = {f: sum(n for s, n in shapes if re.fullmatch(p, s)) for f, (p, _) in DATE_FORMS.items()}
    best = max(counts, key=lambda form: counts[form])
    return best if counts[best] else None


def canonicalise(
    con: duckdb.DuckDBPyConnection, source: Source, entitas: str, raw: str, target: str, has_nul: bool
) -> None:
    """Make table `target` from raw table `raw` (all text, one column a declared field, in delivery order).

    target: nomor_baris (1-based), the declared columns canonical, `mentah` (JSON text of the values that did
    not parse, by column), `kode` (quarantine reason of the row by itself, else NULL), `nasib` (NULL).
    The raw table may have a boolean column `bentuk_rusak`: rows whose number of fields is wrong.
    """
    entity = source.entitas[entitas]
    forms = date_forms(con, raw, entity, has_nul)
    delivered = [c for c in entity.kolom if not c.turunan]
    clean = [f"{cleaned(c, name(c.nama), has_nul)} as {name('x_' + c.nama)}" for c in delivered]
    values, bad, required, eligible = [], [], [], []
    for c in entity.kolom:
        if c.turunan:
            values.append(f"null::varchar as {name(c.nama)}")
            continue
        x = name("x_" + c.nama)
        # `x` stands for the column inside the expressions; no literal there holds it as a whole word.
        value = re.sub(r"\bx\b", lambda _, x=x: x, expression(c, source.program_alias, forms.get(c.nama)))
        values.append(f"{value} as {name(c.nama)}")
        if value != x and c.tipe not in ("program", "ya_lain"):
            wrong = f"({x} is not null and {name(c.nama)} is null)"
            bad.append((c, wrong))
            if c.kelayakan:
                eligible.append(wrong)
        if c.wajib:
            # A required code that is given but unknown is an unknown code, not an empty field.
            required.append(f"{x} is null")
    pieces = ", ".join(
        f"case when {w} then {quoted(f'{name(c.nama)}:')} || to_json({name('x_' + c.nama)}) end" for c, w in bad
    )
    any_bad = " or ".join(w for _, w in bad) or "false"
    mentah = f"case when {any_bad} then '{{' || concat_ws(',', {pieces}) || '}}' end" if bad else "null::varchar"
    columns = ", ".join(name(c.nama) for c in entity.kolom)
    con.execute(
        f"create table {target} as select nomor_baris, {columns}, {mentah} as mentah, case when bentuk_rusak then 'bentuk_rusak'"
        f" when {' or '.join(required) or 'false'} then 'wajib_kosong'"
        f" when {' or '.join(eligible) or 'false'} then 'kode_tidak_dikenal' end as kode, null::varchar as nasib"
        f" from (select *, {', '.join(values)} from"
        f" (select rowid + 1 as nomor_baris, bentuk_rusak, {', '.join(clean)} from {raw}))"
    )

