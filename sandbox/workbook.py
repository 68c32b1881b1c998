"""Write XLSX with XML made by the database: some ten times as fast as a library that takes cells, and reproducible."""

import zipfile
from pathlib import Path

_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
    '<Relationship Id="rId2" Target="styles.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>',
    # Style 1 is a date (number format 14).
    "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def write(con, entity: str, values: dict, headers: dict, kinds: dict, path: Path) -> None:
    """Write the table `entity` (in the order of its `urut`) as a workbook of one sheet.

    By column, `values` has its SQL, `headers` its header, and `kinds` its kind of cell: teks, tanggal or angka.
    """
    cells = []
    for position, (name, value) in enumerate(values.items()):
        start = f"'<c r=\"{_letters(position)}' || (n + 1) || '\""
        if kinds[name] == "teks":
            escaped = f"replace(replace(replace({value}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
            cell = f'{start} t="inlineStr"><is><t xml:space="preserve">\' || {escaped} || \'</t></is></c>\''
        elif kinds[name] == "tanggal":
            cell = f"{start} s=\"1\"><v>' || ({value} - date '1899-12-30') || '</v></c>'"
        else:
            cell = f"{start}><v>' || {value} || '</v></c>'"
        cells.append(f"coalesce({cell}, '')")
    rows = con.sql(
        f"select '<row r=\"' || (n + 1) || '\">' || {' || '.join(cells)} || '</row>' as baris"
        f" from (select *, row_number() over (order by urut) as n from {entity}) order by n"
    ).to_arrow_reader(10_000)
    first = "".join(
        f'<c r="{_letters(at)}1" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in enumerate(headers.values())
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        for name, text in _PARTS.items():
            book.writestr(_entry(name), '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
        with book.open(_entry("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write(
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet'
                b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                + f'<row r="1">{first}</row>'.encode()
            )
            for batch in rows:
                sheet.write("".join(batch.column(0).to_pylist()).encode())
            sheet.write(b"</sheetData></worksheet>")


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry with a fixed time instead of that of its making, so that equal content gives equal bytes."""
    entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _letters(position: int) -> str:
    """A, B, … Z, AA, … of a column counted from 0."""
    first, second = divmod(position, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)
