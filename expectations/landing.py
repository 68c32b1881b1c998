"""The landing gate: what one landed delivery must satisfy before a month may be composed of it.

The connector refuses bad deliveries while it reads them; this gate looks at what is in the database afterwards, so a
row that was lost, doubled or misplaced between the file and the table is found here.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.suite import Gate, Measure, Subject, literal, repeated, violations


@dataclass(frozen=True)
class Entity:
    """One landed table of a source, in the words of its `source.yml`.

    `peran` is `keluarga`, `anggota` or `kepesertaan`; `induk` are pairs (entity, own column) that name a row of that
    entity by its `id`; `nik` and `lahir` are columns of persons, None elsewhere.
    """

    nama: str
    peran: str
    id: str
    kunci: tuple[str, ...]
    wajib: tuple[str, ...]
    induk: tuple[tuple[str, str], ...] = ()
    nik: str | None = None
    lahir: str | None = None


@dataclass(frozen=True)
class Delivery:
    """The delivery to judge and the area it must cover; `kabupaten` is a dotted code.

    `ambang` are the thresholds in force, name -> (value, minimum_baris). This gate uses `nik_terisi` and
    `tanggal_lahir_terisi` (least share of filled values) and `anggota_per_keluarga` (least mean), for warnings.
    """

    id_kiriman: str
    sumber: str
    entitas: tuple[Entity, ...]
    kabupaten: str
    jumlah_kecamatan: int
    ambang: dict[str, tuple[float, int]]

    def table(self, entitas: str) -> str:
        """The landed rows of this delivery, as something to select from."""
        return f"(select * from pendaratan.{self.sumber}_{entitas} where id_kiriman = {literal(self.id_kiriman)}) as t"


def gate(delivery: Delivery) -> Gate:
    """The landing gate over one delivery: each of its tables against its declaration and against the ledger."""
    return Gate("pendaratan", tuple(_entity(delivery, entity) for entity in delivery.entitas))


def _entity(delivery: Delivery, entity: Entity) -> Subject:
    table, name = delivery.table(entity.nama), entity.nama
    at = f"id_kiriman = {literal(delivery.id_kiriman)} and berkas = {literal(name)}"
    ledger = f"from buku.pendaratan where {at}"
    filled = " and ".join(f"{column} is not null" for column in dict.fromkeys((entity.id, *entity.wajib)))
    measures = [
        Measure(f"{name}_dimuat", f"Baris {name} di tabel sama dengan yang dicatat dimuat", "kritis",
                f"abs(count(*) - (select dimuat {ledger}))"),
        Measure(f"{name}_karantina", f"Baris {name} yang dikarantina sama dengan yang dicatat", "kritis",
                f"abs((select count(*) from pendaratan.karantina where {at}) - (select dikarantina {ledger}))"),
        Measure(f"{name}_nomor", f"Setiap baris {name} punya satu nomor baris di dalam kiriman", "kritis",
                # Rows are already in this order, so counting the distinct ones needs no sort.
                f"{violations(f'nomor_baris between 1 and (select diterima {ledger})')}"
                " + count(*) - count(distinct nomor_baris)"),
        # Rows of another district are exempt: only their region code was read.
        Measure(f"{name}_wajib", f"Kolom wajib {name} terisi", "kritis",
                violations(f"nasib is not distinct from 'di_luar_lingkup' or ({filled})")),
        Measure(f"{name}_kunci", f"Tidak ada {name} dengan nomor rekaman berulang", "kritis",
                repeated(table, *entity.kunci, where="nasib is null")),
        *(
            Measure(f"{name}_induk_{parent}", f"Setiap {name} menunjuk {parent} di kiriman yang sama", "kritis",
                    _orphans(delivery, table, parent, column))
            for parent, column in entity.induk
        ),
    ]  # fmt: skip
    if entity.peran == "keluarga":
        measures += _families(delivery, entity)
    elif entity.peran == "anggota":
        measures += _persons(delivery, entity)
    else:
        measures.append(Measure(f"{name}_ada", f"Kiriman memuat {name}", "peringatan", "count(*)", most=None, least=1))
    return Subject(name, f"from {table}", tuple(measures))


def _orphans(delivery: Delivery, table: str, parent: str, column: str) -> str:
    key = next(entity.id for entity in delivery.entitas if entity.nama == parent)
    return (
        f"select count(*) from {table} where {column} is not null"
        f" and not exists (select from {delivery.table(parent).removesuffix(' as t')} as i where i.{key} = t.{column})"
    )


def _families(delivery: Delivery, entity: Entity) -> list[Measure]:
    width = len(delivery.kabupaten) + 3
    inside = f"nasib is not null or kode_desa is null or kode_desa like {literal(delivery.kabupaten + '.%')}"
    return [
        Measure(f"{entity.nama}_ada", "Kiriman memuat keluarga", "kritis", "count(*)", most=None, least=1),
        Measure("kecamatan_lengkap", "Kiriman memuat keluarga dari semua kecamatan", "kritis",
                f"count(distinct left(kode_desa, {width})) filter (where nasib is null)",
                most=None, least=delivery.jumlah_kecamatan, unit="kecamatan"),
        Measure("keluarga_di_kabupaten", "Keluarga yang diolah berada di dalam kabupaten", "kritis",
                violations(inside)),
    ]  # fmt: skip


def _persons(delivery: Delivery, entity: Entity) -> list[Measure]:
    family = next(e.nama for e in delivery.entitas if e.peran == "keluarga")
    ratio, _ = delivery.ambang["anggota_per_keluarga"]
    families = f"(select count(*) from {delivery.table(family)})"
    return [
        Measure(f"{entity.nama}_ada", "Kiriman memuat anggota", "kritis", "count(*)", most=None, least=1),
        _filled(delivery, "nik_terisi", "Sebagian besar anggota punya NIK", entity.nik),
        _filled(delivery, "tanggal_lahir_terisi", "Sebagian besar anggota punya tanggal lahir", entity.lahir),
        Measure("anggota_per_keluarga", "Banyaknya anggota per keluarga wajar", "peringatan",
                f"coalesce(count(*)::numeric / nullif({families}, 0), 0)", most=None, least=ratio,
                unit="orang per keluarga"),
    ]  # fmt: skip


def _filled(delivery: Delivery, name: str, sentence: str, column: str | None) -> Measure:
    if column is None:
        raise ValueError(f"source {delivery.sumber}: the persons' entity must name its NIK and birth date columns")
    share, minimum = delivery.ambang[name]
    sql = f"case when count(*) - count({column}) >= {minimum} then 100.0 * count({column}) / count(*) else 100 end"
    return Measure(name, sentence, "peringatan", sql, most=None, least=100 * share, unit="persen")
