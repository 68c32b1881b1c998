"""Typed model of `source.yml`: the only place that says what a source is, delivers and must satisfy."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

# Landing types (name in source.yml -> type of the Postgres column).
POSTGRES_TYPE = {
    "id": "text", "text": "text", "nik": "text", "kk": "text", "kode": "text", "jenis_kelamin": "text",
    "program": "text", "rt_rw": "text", "kode_desa": "text", "kode_kecamatan_bps": "text", "wilayah": "text",
    "tanggal": "date", "waktu": "timestamptz", "bulat": "integer", "desil": "smallint",
    "desimal": "numeric", "rupiah": "numeric", "lintang": "numeric", "bujur": "numeric",
    "exclude": "boolean", "ya_lain": "boolean",
}  # fmt: skip
# Types whose values come from a code list of core/kode.yml: `kode` names its list, the types here have a fixed one.
FIXED_LIST = {"desil": "desil", "exclude": "exclude"}


class Strict(BaseModel):
    """Base of all declarations: unknown fields are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """One declared field of an entity. `dari`: JSON paths in the row, first non-empty wins (REST only)."""

    nama: str
    tipe: Literal[tuple(POSTGRES_TYPE)]
    arti: str
    peka: Literal["umum", "pribadi", "terbatas"] = "umum"
    wajib: bool = False
    kelayakan: bool = False
    turunan: bool = False
    daftar: str | None = None
    alias: tuple[str, ...] = ()
    dari: tuple[str, ...] = ()

    @property
    def code_list(self) -> str | None:
        """Name of the code list its values come from, None for a free field."""
        return FIXED_LIST.get(self.tipe, self.daftar)

    @property
    def paths(self) -> tuple[str, ...]:
        """JSON paths to read it from."""
        return self.dari or (self.nama,)

    @model_validator(mode="after")
    def _list_known(self) -> Column:
        if (self.tipe == "kode") != (self.daftar is not None):
            raise ValueError(f"column {self.nama}: `daftar` belongs to tipe kode, and only there")
        if self.code_list is not None and self.code_list not in code_lists():
            raise ValueError(f"column {self.nama}: no code list {self.code_list!r} in connectors/core/kode.yml")
        return self


class Parent(Strict):
    """The parent entity of a row: `kolom` of this entity holds the id of a row of `entitas`."""

    entitas: str
    kolom: str


class Entity(Strict):
    """One table of a source. lantai: name of the `ambang` row with its minimum number of rows, if there is one."""

    arti: str
    peran: Literal["keluarga", "anggota", "kepesertaan"]
    id: str
    kunci: tuple[str, ...]
    lantai: str | None = None
    induk: tuple[Parent, ...] = ()
    kolom: tuple[Column, ...]

    def column(self, nama: str) -> Column:
        """The column of that name; KeyError when undeclared."""
        return {c.nama: c for c in self.kolom}[nama]

    @property
    def names(self) -> tuple[str, ...]:
        """Declared names in order."""
        return tuple(c.nama for c in self.kolom)

    @model_validator(mode="after")
    def _names_known(self) -> Entity:
        names = self.names
        if len(set(names)) != len(names):
            raise ValueError("a column is declared twice")
        for used in (self.id, *self.kunci, *(p.kolom for p in self.induk)):
            if used not in names:
                raise ValueError(f"`{used}` is used as key, id or parent but is no column")
        return self


class Thresholds(Strict):
    """Names of the rows of seed `ambang` that judge a delivery of this source (values live in the seed)."""

    nik_rusak: str
    nik_ganda: str
    nik_ganda_awal: str
    baris_turun: str
    luar_wilayah: str
    kode_tidak_dikenal: str
    wilayah_tertukar: str
    keluarga_per_kecamatan: str


class Village(Strict):
    """Columns of the family entity that give its village: a code (village, or BPS kecamatan) and a name, if any."""

    kode: str
    nama: str | None = None


class Paced(Strict):
    """Rate limit of a REST interface. per_detik: requests per second, None without a limit."""

    per_detik: float | None = Field(default=None, gt=0)


class Access(Paced):
    """How a REST source is read: strategies by name and paths below the connection's base_path."""

    otentikasi: Literal["oauth_client_credentials", "api_key"]
    paginasi: Literal["cursor", "numbered"]
    jalur: str
    ukuran: int = Field(gt=0)
    jalur_token: str | None = None


class Source(Strict):
    """A whole source.yml. `ambang` has no default: a source without thresholds does not load."""

    nama: str
    judul: str
    pemilik: str
    koneksi: str
    jenis: Literal["berkas", "rest"]
    jadwal: str
    geser_bulan: int
    wajib: bool
    # False when a read has no period: the source only serves its present data.
    berperiode: bool = True
    ambang: Thresholds
    desa: Village
    akses: Access | None = None
    entitas: dict[str, Entity]

    @property
    def family(self) -> str:
        """Name of the entity that holds the families."""
        return next(n for n, e in self.entitas.items() if e.peran == "keluarga")

    @property
    def person(self) -> str:
        """Name of the entity that holds the persons."""
        return next(n for n, e in self.entitas.items() if e.peran == "anggota")

    def columns_landed(self, entitas: str) -> tuple[str, ...]:
        """Columns of the landing CSV of an entity, in order (id_kiriman is added by the step)."""
        return ("nomor_baris", "nasib", *self.entitas[entitas].names, "mentah")

    @model_validator(mode="after")
    def _consistent(self) -> Source:
        if (self.jenis == "rest") != (self.akses is not None):
            raise ValueError("`akses` belongs to a REST source, and every REST source has it")
        roles = [e.peran for e in self.entitas.values()]
        if sorted(roles) != ["anggota", "keluarga", "kepesertaan"]:
            raise ValueError(f"one entity a role is expected (keluarga, anggota, kepesertaan), got {roles}")
        if not {self.desa.kode, self.desa.nama or self.desa.kode} <= set(self.entitas[self.family].names):
            raise ValueError("`desa` names a column that the family entity does not have")
        for name, entity in self.entitas.items():
            if unknown := [p.entitas for p in entity.induk if p.entitas not in self.entitas]:
                raise ValueError(f"{name}: parent {unknown} is no entity of this source")
        return self


Declaration = TypeVar("Declaration", bound=Strict)


@cache
def code_lists() -> dict[str, dict[str, str]]:
    """All code lists: list -> {normalised code or spelling -> code}. Normalised: lower case, letters and digits.

    A `>` becomes the word `lebih`, because otherwise "> 2200" and "2200" would be one spelling.
    """
    raw = yaml.load((Path(__file__).parent / "kode.yml").read_text("utf-8"), yaml.CSafeLoader)
    result: dict[str, dict[str, str]] = {}
    for name, codes in raw.items():
        known: dict[str, str] = {}
        for code, spellings in codes.items():
            for spelling in (code, *([spellings] if isinstance(spellings, str) else spellings)):
                key = normalised(str(spelling))
                if key and known.setdefault(key, str(code)) != str(code):
                    raise ValueError(f"connectors/core/kode.yml: {name}: two codes for one spelling ({key}).")
        result[name] = known
    return result


@cache
def program_aliases() -> dict[str, str]:
    """Other names of programmes: {name in upper case -> programme}."""
    raw = yaml.load((Path(__file__).parent / "program.yml").read_text("utf-8"), yaml.CSafeLoader)
    return {alias: program for program, aliases in raw.items() for alias in aliases}


def normalised(spelling: str) -> str:
    """A spelling in the form for comparison: lower case, only letters and digits, `>` as the word `lebih`."""
    return "".join(c for c in spelling.lower().replace(">", "lebih") if c.isalnum())


def load_declaration(path: Path, model: type[Declaration]) -> Declaration:
    """Read one source.yml or feed.yml. Raises ValueError with file and fields when it is not a valid declaration."""
    file = f"{path.parent.name}/{path.name}"
    try:
        declared = model.model_validate(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ValueError(f"{file} is not a valid {model.__name__.lower()}: {what}.") from None
    if declared.nama != path.parent.name:
        raise ValueError(f"{file}: `nama` is {declared.nama!r}, expected its folder's name.")
    return declared


def load_source(path: Path) -> Source:
    """Read one source.yml. Raises as load_declaration does."""
    return load_declaration(path, Source)


def load_sources(root: Path | None = None) -> dict[str, Source]:
    """Every source under `root` (default: this package), by name, sorted. Raises as load_source does."""
    folder = root or Path(__file__).parent.parent
    return {s.nama: s for s in map(load_source, sorted(folder.glob("*/source.yml")))}
