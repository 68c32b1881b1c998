"""Small worlds for the linkage: records of registries written down by hand, linked month after month."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import duckdb

from linkage.run import link
from linkage.tables import INPUT, OUTPUT, create_inputs

KEY = bytes(range(32))
RANK = {"dtsen": 1, "dtjateng": 2, "simnakis": 3}
DESA = "33.16.08.2001"


def nik(serial: int, lahir: str = "1980-03-14", jk: str = "L") -> str:
    """A well-formed NIK of that birth date and sex."""
    tahun, bulan, hari = lahir.split("-")
    return f"331608{int(hari) + (40 if jk == 'P' else 0):02d}{bulan}{tahun[2:]}{serial:04d}"


def kk(serial: int, terdaftar: str = "2012-05-09") -> str:
    """A KK number registered on that day."""
    tahun, bulan, hari = terdaftar.split("-")
    return f"331608{hari}{bulan}{tahun[2:]}{serial:04d}"


@dataclass
class Result:
    """What one linkage said, asked by `sumber:id`."""

    tables: dict[str, list[tuple]]
    counts: dict[str, int]
    id_rilis: str
    # What the registry holds of ids after it: since when each is known, what was merged into what, whose records were.
    awal: dict[str, str] = field(default_factory=dict)
    merged: dict[tuple[str, str], str] = field(default_factory=dict)
    asal: set[tuple] = field(default_factory=set)

    def _links(self, grain: str) -> dict[str, tuple]:
        return {f"{r[1]}:{r[2]}": r for r in self.tables["tautan"] if r[0] == grain}

    def uid(self, record: str) -> str:
        """uid of a person record."""
        return self._links("individu")[record][3]

    def rule(self, record: str) -> str:
        """The rule that linked a person record."""
        return self._links("individu")[record][4]

    def family(self, record: str) -> str:
        """uid of the household that a family record belongs to."""
        return self._links("rumah_tangga")[record][3]

    def home(self, record: str) -> str:
        """uid of the household in which the person of a record lives."""
        return {person: house for person, house, *_ in self.tables["tempat"]}[self.uid(record)]

    def persons(self) -> set[frozenset[str]]:
        """The records, grouped by person."""
        groups: dict[str, set[str]] = {}
        for record, row in self._links("individu").items():
            groups.setdefault(row[3], set()).add(record)
        return {frozenset(g) for g in groups.values()}

    def events(self, grain: str) -> set[tuple[str, str, str | None]]:
        """(jenis, uid, uid_terkait) of a grain."""
        return {(e[1], e[2], e[3]) for e in self.tables["peristiwa"] if e[0] == grain}


@dataclass
class World:
    """The records that stand in the registries in one month."""

    people: list[dict[str, Any]] = field(default_factory=list)
    families: list[dict[str, Any]] = field(default_factory=list)

    def family(self, record: str, no_kk: str | None, tanggal: str = "2026-05-01", **more: Any) -> World:
        """Add a family record, `sumber:id`."""
        sumber, id_keluarga = record.split(":")
        registered = no_kk and dt.date(2000 + int(no_kk[10:12]), int(no_kk[8:10]), int(no_kk[6:8]))
        self.families.append({
            "sumber": sumber, "id_keluarga": id_keluarga, "prioritas": RANK[sumber], "no_kk": no_kk,
            "kk_terdaftar": registered, "kode_desa": DESA, "rt": "001", "rw": "002", "tanggal": tanggal, **more,
        })  # fmt: skip
        return self

    def person(self, record: str, keluarga: str, nama: str, nik: str | None = None, lahir: str | None = "1980-03-14",
               jk: str | None = "L", **more: Any) -> World:  # fmt: skip
        """Add a person record to a family that was added before."""
        sumber, id_sumber = record.split(":")
        house = next(f for f in self.families if (f["sumber"], f["id_keluarga"]) == (sumber, keluarga))
        self.people.append({
            "sumber": sumber, "id_sumber": id_sumber, "id_keluarga": keluarga, "prioritas": RANK[sumber], "nik": nik,
            "no_kk": house["no_kk"], "nama": nama, "tanggal_lahir": lahir,
            "lahir_baku": bool(lahir) and lahir[5:] in ("01-01", "12-31", "07-01", "06-30"), "jenis_kelamin": jk,
            "nama_ibu": None, "kode_desa": house["kode_desa"], "tanggal": house["tanggal"], "hadir": True,
            "nik_ditolak": False, **more,
        })  # fmt: skip
        return self

    def fill(self, before: Result | None = None, known: dict[str, dict[str, Any]] | None = None, threads: int = 1,
             shuffle: int | None = None, aliases: list[tuple[str, str, bool]] | None = None,
             judged: list[tuple[str, ...]] | None = None,
             more: dict[str, list[dict[str, Any]]] | None = None) -> duckdb.DuckDBPyConnection:  # fmt: skip
        """A connection whose input tables hold this month, as `link` describes."""
        con = duckdb.connect(config={"threads": threads})
        create_inputs(con)
        people, families = list(self.people), list(self.families)
        if shuffle is not None:
            random.Random(shuffle).shuffle(people)
            random.Random(shuffle + 1).shuffle(families)
        _fill(con, "rekaman", people)
        _fill(con, "keluarga", families)
        _fill(con, "nik_alias", [dict(zip(INPUT["nik_alias"], row, strict=True)) for row in aliases or []])
        _fill(con, "pertimbangan", [_judgement(n, *row) for n, row in enumerate(judged or [])])
        for past in (_release(before, known or {}), more or {}):
            for table, rows in past.items():
                _fill(con, table, rows)
        return con

    def link(self, before: Result | None = None, known: dict[str, dict[str, Any]] | None = None,
             id_rilis: str = "2026-06/1", threads: int = 1, shuffle: int | None = None,
             aliases: list[tuple[str, str, bool]] | None = None, judged: list[tuple[str, ...]] | None = None,
             more: dict[str, list[dict[str, Any]]] | None = None) -> Result:  # fmt: skip
        """Link this month; `before` is last month's result, made from the world `known` describes.

        `known` maps `sumber:id` of last month's records to what the release said of the person (nik, umur, kepala,
        hadir); `shuffle` seeds the order in which the input rows arrive; `aliases` are rows of `nik_alias`; `judged`
        are judgements (record, record, putusan[, grain]), the newest last; `more` are rows of the past by table.
        """
        con = self.fill(before, known, threads, shuffle, aliases, judged, more)
        counts = link(con, KEY, id_rilis)
        tables = {
            name: sorted(con.sql(f"select {', '.join(columns)} from {name}").fetchall(), key=repr)
            for name, columns in OUTPUT.items()
        }
        con.close()
        return _after(before, Result(tables, counts, id_rilis))


TOGETHER = frozenset({"dtsen:A", "simnakis:B"})


def pair(nama_a: str, nama_b: str, *, kk_b: str | None = None, desa_b: str | None = None, a: dict | None = None,
         b: dict | None = None) -> World:  # fmt: skip
    """One record in DTSEN and one in Simnakis, of one KK unless said otherwise."""
    world = World().family("dtsen:K", kk(1))
    world.family("simnakis:S", kk_b or kk(1), **({"kode_desa": desa_b} if desa_b else {}))
    return world.person("dtsen:A", "K", nama_a, **(a or {})).person("simnakis:B", "S", nama_b, **(b or {}))


def _judgement(urutan: int, a: str, b: str, putusan: str, grain: str = "individu") -> dict[str, Any]:
    (sumber_a, id_a), (sumber_b, id_b) = sorted((a.split(":"), b.split(":")))
    return {"grain": grain, "sumber_a": sumber_a, "id_a": id_a, "sumber_b": sumber_b, "id_b": id_b,
            "putusan": putusan, "urutan": urutan}  # fmt: skip


def _after(before: Result | None, result: Result) -> Result:
    """The registry as the step link leaves it."""
    if before:
        result.awal, result.merged, result.asal = dict(before.awal), dict(before.merged), set(before.asal)
    result.awal |= {row[1]: result.id_rilis for row in result.tables["uid_baru"]}
    for grain, jenis, uid, *_ in result.tables["peristiwa"]:
        if jenis == "pisah":
            del result.merged[grain, uid]
    result.merged |= {(grain, uid): heir for grain, uid, heir in result.tables["digantikan"]}
    result.asal |= set(result.tables["asal"])
    return result


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        marks = ", ".join("?" for _ in INPUT[table])
        con.executemany(f"insert into {table} values ({marks})", [[r[c] for c in INPUT[table]] for r in rows])


def _release(before: Result | None, known: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Last month's release as the linkage reads it."""
    if before is None:
        return {}
    links, families, persons, houses = [], [], {}, {}
    homes = {person: house for person, house, *_ in before.tables["tempat"]}
    for grain, sumber, id_sumber, uid, *_ in before.tables["tautan"]:
        record = f"{sumber}:{id_sumber}"
        about = known.get(record, {})
        if grain == "individu":
            links.append({"sumber": sumber, "id_sumber": id_sumber, "uid": uid})
            persons.setdefault(uid, {
                "uid": uid, "uid_rumah_tangga": homes[uid], "nik": None, "awal": before.awal[uid], "umur": 40,
                "kepala": False, "hadir": True, "nama": None, "tanggal_lahir": None,
            })  # fmt: skip
            persons[uid].update({k: v for k, v in about.items() if v is not None})
        else:
            families.append({"sumber": sumber, "id_keluarga": id_sumber, "uid": uid})
            houses.setdefault(uid, {
                "uid": uid, "no_kk": None, "kode_desa": DESA, "rt": "001", "rw": "002", "awal": before.awal[uid],
            })  # fmt: skip
            houses[uid].update({k: v for k, v in about.items() if v is not None})
    return {
        "lalu_tautan": links, "lalu_keluarga": families, "lalu_individu": list(persons.values()),
        "lalu_rumah_tangga": list(houses.values()), "lalu_asal": _origins(before),
    }  # fmt: skip


def _origins(before: Result) -> list[dict[str, Any]]:
    """Rows of `lalu_asal`: the merges that stand."""

    def last(grain: str, uid: str) -> str:
        while (grain, uid) in before.merged:
            uid = before.merged[grain, uid]
        return uid

    standing = {(grain, last(grain, uid)) for grain, uid in before.merged}
    return [
        {"grain": grain, "sumber": sumber, "id_sumber": id_sumber, "uid": uid,
         "digantikan_oleh": before.merged.get((grain, uid)), "penerus": last(grain, uid), "awal": before.awal[uid]}
        for grain, uid, sumber, id_sumber in sorted(before.asal) if (grain, last(grain, uid)) in standing
    ]  # fmt: skip
