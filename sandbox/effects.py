"""What the receivers do with the rows that they took: from its effective month on, a row shows in what they serve.

A row is looked up once, in the receiver's own data of the months around it, by KK number or NIK. The ids that it means
are kept with it (`Row.found`), so that a family that gets another KK number later is still the same.
"""

import json
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sandbox import delivery
from sandbox.receipts import DTJATENG, SIKS_NG, SIMNAKIS, Row, State
from sandbox.rows import Rows, rows_path
from sandbox.state import month_number, month_text

ASKED = ("id_baris", "no_kk", "nik", "nama", "program")  # the fields of a row by which it is found whom it means
Found = dict[str, tuple[set[str], bool]]  # id_baris -> ids that it means, whether its programme is active there


def look(directory: Path, receiver: str, bulan_efektif: str, rows: list[dict]) -> dict[str, bool]:
    """Put into each row the ids that it means (`found`); return by id_baris whether one could see what happens to it.

    That can be seen if the programme is active in the receiver's data of both the effective month and the next one, as
    far as these are built, and if no other of these rows is about the same family and programme.
    """
    due = [bulan_efektif, month_text(month_number(bulan_efektif) + 1)]
    present = directory / "sekarang"
    known = [present.read_text().strip()] if present.exists() else []
    months = [month for month in dict.fromkeys([*due, *known]) if _built(directory, month)]
    judged = [month for month in due if month in months] or months
    found = {month: _LOOK[receiver](directory, month, rows) for month in months}
    for row in rows:
        row["found"] = sorted(set().union(*(found[month][row["id_baris"]][0] for month in months)))
    visible = {}
    for row in rows:
        active = bool(judged) and all(found[month][row["id_baris"]][1] for month in judged)
        others = (other for other in rows if other is not row and other["program"] == row["program"])
        visible[row["id_baris"]] = active and not any(set(row["found"]) & set(other["found"]) for other in others)
    return visible


def _built(directory: Path, periode: str) -> bool:
    return (directory / "kebenaran" / periode / "selesai.json").exists()


def _households(directory: Path, periode: str, rows: list[dict]) -> Found:
    """DTJateng's households of a month that these rows mean."""
    path = rows_path(directory, DTJATENG, periode)
    table = Rows(path)
    body = pa.memory_map(str(path)).read_buffer()
    texts = pa.Array.from_buffers(pa.large_string(), table.count, [None, pa.py_buffer(table.offsets), body])
    numbers = {number for row in rows for number in (row["no_kk"], row["nik"]) if number and number.isdigit()}
    met = pc.match_substring_regex(texts, f'"(?:no_kk|nik)":"(?:{"|".join(sorted(numbers)) or "-"})"')
    households = [json.loads(table.slice(at, at + 1)) for at in pc.indices_nonzero(met).to_pylist()]
    found = {}
    for row in rows:
        own = [
            household
            for household in households
            if (row["no_kk"] and household["no_kk"] == row["no_kk"])
            or (row["nik"] and any(member["nik"] == row["nik"] for member in household["anggota"]))
        ]
        aids = {aid["program"] for household in own for member in household["anggota"] for aid in member["bantuan"]}
        found[row["id_baris"]] = ({household["id_rt"] for household in own}, row["program"] in aids)
    return found


def _places(directory: Path, periode: str, rows: list[dict]) -> Found:
    """DTSEN's families and persons of a month that these rows mean: a person by NIK, else by KK number and name."""
    source = delivery.folder(directory, periode)
    text = pa.schema([(name, pa.string()) for name in ASKED])
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("set enable_progress_bar = false")
        con.register("baris", pa.Table.from_pylist(rows, text))
        for name in delivery.FILES:
            con.execute(
                f"create view {name} as from read_csv('{source / name}.csv', all_varchar = true, header = true)"
            )
        means = con.execute("""
            with dekat as (
              select id_baris, a.id_anggota, a.id_keluarga,
                rank() over (partition by id_baris order by (nomor_induk_kependudukan is not distinct from nik) desc,
                  (a.nama is not distinct from b.nama) desc) as urutan
              from baris b join anggota a
                on nomor_induk_kependudukan = nik or (nomor_kartu_keluarga = no_kk and a.nama = b.nama)),
            arti as (
              select id_baris, id_anggota as id from dekat where urutan = 1
              union select id_baris, id_keluarga from dekat where urutan = 1
              union select id_baris, id_keluarga from baris join keluarga on nomor_kartu_keluarga = no_kk)
            select arti.id_baris, arti.id, bool_or(p.program is not null)
            from arti join baris b using (id_baris) left join kepesertaan p
              on coalesce(p.id_anggota, p.id_keluarga) = arti.id and p.program = b.program and p.status = 'AKTIF'
            group by all""").fetchall()
    found: Found = {row["id_baris"]: (set(), False) for row in rows}
    for id_baris, identifier, active in means:
        ids, before = found[id_baris]
        found[id_baris] = (ids | {identifier}, before or active)
    return found


_LOOK: dict[str, Callable[[Path, str, list[dict]], Found]] = {DTJATENG: _households, SIKS_NG: _places}


class Patched:
    """Rows of which some have another body."""

    def __init__(self, rows: Rows, bodies: dict[int, bytes], later: dict[int, int]):
        """`bodies` are the new bodies by row number, `later` the seconds by which such a row was changed later."""
        self._rows, self._bodies, self._at = rows, bodies, sorted(bodies)
        self.count, self.find, self.changed = rows.count, rows.find, rows.changed
        if later:
            self.changed = rows.changed.copy()
            self.changed[list(later)] += list(later.values())

    def slice(self, start: int, end: int) -> bytes:
        """Rows start .. end-1 joined by commas, without brackets."""
        parts = []
        for at in self._at[bisect_left(self._at, start) : bisect_left(self._at, end)]:
            parts += [self._rows.slice(start, at), self._bodies[at]]
            start = at + 1
        return b",".join(part for part in (*parts, self._rows.slice(start, end)) if part)


def patched(rows: Rows, source: str, periode: str, state: State) -> Rows | Patched:
    """The rows of a REST source as its receiver has made them."""
    if source == DTJATENG:
        return _without_aid(rows, state, periode)
    if source == SIMNAKIS:
        return _with_statuses(rows, state)
    return rows


def _without_aid(rows: Rows, state: State, periode: str) -> Rows | Patched:
    ended: dict[int, set[str]] = {}
    for row in state.in_force(DTJATENG, periode):
        for identifier in row.found:
            if (at := rows.find(identifier)) is not None:
                ended.setdefault(at, set()).add(row.program)
    bodies = {}
    for at, programmes in ended.items():
        household = json.loads(rows.slice(at, at + 1))
        for member in household["anggota"]:
            member["bantuan"] = [aid for aid in member["bantuan"] if aid["program"] not in programmes]
        bodies[at] = _body(household)
    return Patched(rows, bodies, {}) if bodies else rows


def _with_statuses(rows: Rows, state: State) -> Rows | Patched:
    told: dict[int, list[dict]] = {}
    for event in state.statuses:
        if (at := rows.find(event["id_keluarga"])) is not None:
            told.setdefault(at, []).append(event)
    bodies, later = {}, {}
    for at, events in told.items():
        family, open_ones = json.loads(rows.slice(at, at + 1)), {}
        for event in events:
            open_ones.pop(event["rujukan"], None)
            if event["status"] == "nonaktif":
                open_ones[event["rujukan"]] = event
        for event in open_ones.values():
            whole = event["program"] is None and not event["anggota"]
            if whole:
                family["status"] = "nonaktif"
            for place in family["program_daerah"]:
                if place["selesai"] is None and (whole or place["program"] in (event["program"] or ())):
                    place["selesai"] = event["berlaku"]
        # One second later for each event: just enough for this state to be newer than the one before it.
        later[at] = len(events)
        second = datetime.fromisoformat(family["diubah"]).timestamp() + len(events)
        zone = datetime.fromisoformat(family["diubah"]).tzinfo
        family["diubah"] = datetime.fromtimestamp(second, zone).isoformat()
        bodies[at] = _body(family)
    return Patched(rows, bodies, later) if bodies else rows


def _body(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def end_places(con: duckdb.DuckDBPyConnection, rows: list[Row]) -> None:
    """End the memberships that SIKS-NG took, in the tables `anggota` and `kepesertaan` of a DTSEN delivery."""
    ended = [(row.program, identifier) for row in rows for identifier in row.found]
    con.register("berakhir", pa.table({name: pa.array([pair[at] for pair in ended], pa.string())
                                       for at, name in enumerate(("program", "id"))}))  # fmt: skip
    con.execute("""
        update kepesertaan set status = 'TIDAK_AKTIF' from berakhir b
        where kepesertaan.program = b.program and status = 'AKTIF' and coalesce(id_anggota, id_keluarga) = b.id""")
    con.execute("""
        update anggota set pbi_nas = 'TIDAK' from berakhir b
        where b.program = 'PBI_JK' and id_anggota = b.id and pbi_nas = 'YA'""")
