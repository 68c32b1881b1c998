"""Checks of a candidate against the release before: a month moves a little, a broken month moves a lot.

A lost tenth is critical, because no month loses a tenth of its people; the rest are warnings that an approver signs
for (a quarterly desil release may move a quarter of the families: domain.md section 7).
"""

from __future__ import annotations

from expectations.suite import Measure, Subject, literal

Limits = dict[str, tuple[float, int]]


def subjects(schema: str, released: str, before: str, member: str, limits: Limits) -> list[Subject]:
    """Comparisons with the release `before`; `member` is the condition by which a person counts as living there.

    Shares are in percent of the release before, and 0 while the count behind them is below its minimum.
    """
    previous = literal(before)
    return [
        _households(schema, released, previous, limits),
        _persons(schema, released, previous, member, limits),
        _groups(schema, released, previous, limits),
    ]


def _share(count: str, whole: str, minimum: int) -> str:
    """`count` as a percentage of `whole`, 0 while the count is below the minimum or there is no whole."""
    return f"case when {count} >= {minimum} and {whole} > 0 then 100.0 * {count} / {whole} else 0 end"


def _households(schema: str, released: str, previous: str, limits: Limits) -> Subject:
    source = f"""from (
    select uid_rumah_tangga, desil_nasional from {schema}.rumah_tangga where status not in ('bubar', 'pindah')
) as n full join (
    select uid_rumah_tangga, desil_nasional from {released}.rumah_tangga
    where id_rilis = {previous} and status not in ('bubar', 'pindah')
) as l on l.uid_rumah_tangga = n.uid_rumah_tangga"""
    now, past = "count(n.uid_rumah_tangga)", "count(l.uid_rumah_tangga)"
    fall, fall_minimum = limits["rilis_turun"]
    moved, moved_minimum = limits["rilis_desil_pindah"]
    moving = (
        "count(*) filter (where n.uid_rumah_tangga = l.uid_rumah_tangga"
        " and n.desil_nasional is distinct from l.desil_nasional)"
    )
    return Subject("banding_rumah_tangga", source, (
        Measure("rumah_tangga_turun", "Jumlah rumah tangga tidak turun tajam dari rilis sebelumnya", "kritis",
                _share(f"({past} - {now})", past, fall_minimum), most=100 * fall, unit="persen"),
        Measure("desil_pindah", "Rumah tangga yang desilnya berubah tidak melebihi batas wajar", "peringatan",
                _share(moving, past, moved_minimum), most=100 * moved, unit="persen"),
    ))  # fmt: skip


def _persons(schema: str, released: str, previous: str, member: str, limits: Limits) -> Subject:
    source = f"""from (
    select uid_individu from {schema}.individu where {member}
) as n full join (
    select uid_individu from {released}.individu where id_rilis = {previous} and {member}
) as l on l.uid_individu = n.uid_individu"""
    now, past = "count(n.uid_individu)", "count(l.uid_individu)"
    fall, fall_minimum = limits["rilis_turun"]
    new, new_minimum = limits["rilis_orang_baru"]
    lost, lost_minimum = limits["rilis_orang_hilang"]
    return Subject("banding_individu", source, (
        Measure("individu_turun", "Jumlah anggota tidak turun tajam dari rilis sebelumnya", "kritis",
                _share(f"({past} - {now})", past, fall_minimum), most=100 * fall, unit="persen"),
        Measure("orang_baru", "Orang yang baru muncul tidak melebihi batas wajar", "peringatan",
                _share("count(*) filter (where l.uid_individu is null)", past, new_minimum),
                most=100 * new, unit="persen"),
        Measure("orang_hilang", "Anggota yang keluar, meninggal atau pindah tidak melebihi batas wajar", "peringatan",
                _share("count(*) filter (where n.uid_individu is null)", past, lost_minimum),
                most=100 * lost, unit="persen"),
    ))  # fmt: skip


def _groups(schema: str, released: str, previous: str, limits: Limits) -> Subject:
    fall, fall_minimum = limits["rilis_turun"]
    left, left_minimum = limits["rilis_peserta_turun"]
    living = "status not in ('bubar', 'pindah')"
    return Subject("banding_kelompok", "", (
        Measure("kecamatan_turun", "Tidak ada kecamatan yang kehilangan banyak rumah tangga", "kritis",
                _largest_fall(schema, released, previous, "rumah_tangga", "kode_kecamatan", living, fall_minimum),
                most=100 * fall, unit="persen"),
        Measure("peserta_turun", "Tidak ada program yang kehilangan banyak peserta aktif", "peringatan",
                _largest_fall(schema, released, previous, "kepesertaan", "program", "status = 'AKTIF'", left_minimum),
                most=100 * left, unit="persen"),
    ))  # fmt: skip


def _largest_fall(schema: str, released: str, previous: str, table: str, group: str, where: str, minimum: int) -> str:
    """The largest fall of rows among the groups, in percent of the release before."""
    return f"""(select coalesce(max({_share("(l.jumlah - coalesce(n.jumlah, 0))", "l.jumlah", minimum)}), 0)
    from (select {group}, count(*) as jumlah from {released}.{table}
        where id_rilis = {previous} and {where} group by 1) as l
    left join (select {group}, count(*) as jumlah from {schema}.{table} where {where} group by 1) as n
        on n.{group} = l.{group})"""
