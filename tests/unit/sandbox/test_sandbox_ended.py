"""What the national list delivers after SIKS-NG was told: memberships that ended, and those that did not."""

import hashlib
import json
from pathlib import Path

import duckdb
import penerima_uji as uji

import sandbox


def places(folder: Path, suffix: str = "csv") -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in ("keluarga", "anggota", "kepesertaan"):
        path = folder / f"{name}.{suffix}"
        source = f"'{path}'" if suffix == "parquet" else f"read_csv('{path}', all_varchar = true, header = true)"
        con.execute(f"create view {name} as from {source}")
    return con


def test_the_national_list_shows_what_was_taken(penerima):
    before = {periode: places(penerima.pass_to(periode)) for periode in uji.MONTHS}
    everywhere = " intersect ".join(
        "select id_keluarga, id_anggota, program from"
        f" read_csv('{penerima.inbox}/dtsen/{periode}/rev-1/kepesertaan.csv', all_varchar = true)"
        " where status = 'AKTIF'"
        for periode in uji.MONTHS
    )
    query = f"""
        with tunggal as (
          select * from ({everywhere}) where program in ('PKH', 'PBI_JK', 'PIP')
          qualify count(*) over (partition by id_keluarga, program) = 1)
        select program, t.id_keluarga, t.id_anggota, k.nomor_kartu_keluarga,
          coalesce(a.nomor_induk_kependudukan, ''), coalesce(a.nama, k.nama_kepala_keluarga)
        from tunggal t join keluarga k using (id_keluarga) left join anggota a using (id_anggota)
        qualify row_number() over (partition by program order by t.id_keluarga) <= 3 order by 1, 2"""
    chosen = before["2026-06"].execute(query).fetchall()
    assert len(chosen) == 9
    rows = {uji.row_id("/".join(map(str, row[:3]))): row for row in chosen}
    uji.put(penerima, {"penonaktifan.csv": uji.csv_of(
        *(uji.line(name, row[3], row[4], row[5], row[0]) for name, row in rows.items()))})  # fmt: skip
    uji.answer(penerima)
    fates = sandbox.fate(penerima.world)
    assert sorted(fates.values()) == ["dibatalkan_sepihak", *["dilaksanakan"] * 6, "ditolak", "hilang"]
    shown = {"dilaksanakan": uji.MONTHS[1:], "dibatalkan_sepihak": ["2026-07"], "hilang": [], "ditolak": []}
    for periode in uji.MONTHS:
        gone = {(row[1], row[2], row[0]) for name, row in rows.items() if periode in shown[fates[name, "siks_ng"]]}
        folder = sandbox.deliver(penerima.world, penerima.inbox, periode, 2)
        sql = "select id_keluarga, id_anggota, program, status from kepesertaan"
        old, new = before[periode].execute(sql).fetchall(), places(folder).execute(sql).fetchall()
        changed = {(now[:3], was[3], now[3]) for was, now in zip(old, new, strict=True) if was != now}
        assert changed == {(key, "AKTIF", "TIDAK_AKTIF") for key in gone}
        sql = "select id_anggota, pbi_nas from anggota"
        old, new = before[periode].execute(sql).fetchall(), places(folder).execute(sql).fetchall()
        flagged = {now for was, now in zip(old, new, strict=True) if was != now}
        assert flagged == {(person, "TIDAK") for _, person, program in gone if program == "PBI_JK"}
        for entry in json.loads((folder / "manifest.json").read_text())["berkas"]:
            content = (folder / entry["nama"]).read_bytes()
            assert (hashlib.sha256(content).hexdigest(), content.count(b"\n") - 1) == (entry["sha256"], entry["baris"])
    done = [name for name in rows if fates[name, "siks_ng"] == "dilaksanakan"]
    uji.put(penerima, {"pembatalan.csv": uji.csv_of(*(f"{name};SANGGAH" for name in done), head="id_baris;alasan")},
        nomor="0002")  # fmt: skip
    uji.answer(penerima)
    folder = sandbox.deliver(penerima.world, penerima.inbox, "2026-08", 3, form="parquet")
    assert places(folder, "parquet").execute("select count(*) from kepesertaan where status = 'AKTIF'").fetchall() == (
        before["2026-08"].execute("select count(*) from kepesertaan where status = 'AKTIF'").fetchall()
    )
    source = penerima.world / "kiriman" / "dtsen" / "2026-08" / "kepesertaan.csv"
    folder = sandbox.deliver(penerima.world, penerima.inbox, "2026-08")
    assert (folder / "kepesertaan.csv").read_bytes() == source.read_bytes()


def test_a_person_is_found_by_nik_and_without_one_by_kk_and_name(penerima):
    con = places(penerima.pass_to("2026-07"))
    active = "select id_anggota from kepesertaan where program = 'PBI_JK' and status = 'AKTIF'"
    before = con.execute(active).fetchall()
    found = con.execute("""
        select nomor_kartu_keluarga, nomor_induk_kependudukan, nama, id_anggota, id_keluarga
        from anggota join kepesertaan using (id_anggota, id_keluarga) where program = 'PBI_JK' and status = 'AKTIF'
        and nomor_induk_kependudukan is not null qualify count(*) over (partition by id_keluarga) > 1
        and row_number() over (partition by id_keluarga order by id_anggota) = 1
        order by id_anggota limit 4""").fetchall()
    names = sorted(uji.row_id(row[3]) for row in found)
    rows = dict(zip(names, found, strict=True))
    asked = [(kk, nik, name) for kk, nik, name, *_ in found]
    asked[0] = (asked[0][0], "", asked[0][2])
    asked[3] = ("9999999999999999", asked[3][1], "NAMA LAIN")
    uji.put(penerima, {"penonaktifan.csv": uji.csv_of(
        *(uji.line(name, *one, "PBI_JK") for name, one in zip(names, asked, strict=True)))})  # fmt: skip
    uji.answer(penerima)
    after = places(penerima.pass_to("2026-07")).execute(active).fetchall()
    fates = sandbox.fate(penerima.world)
    gone = [row[3] for name, row in rows.items() if (row[3],) not in after]
    done = [row[3] for name, row in rows.items() if fates[name, "siks_ng"] in ("dilaksanakan", "dibatalkan_sepihak")]
    assert gone == done and found[0][3] in gone
    assert set(before) - set(after) == {(person,) for person in gone}


def test_a_month_sent_twice_is_as_it_was_sent(penerima):
    penerima.pass_to("2026-08")
    later = penerima.inbox / "dtsen" / "2026-08" / "rev-1" / "kepesertaan.csv"
    found = (
        places(penerima.pass_to("2026-07"))
        .execute(f"""
        select nomor_kartu_keluarga, id_keluarga from keluarga join kepesertaan using (id_keluarga)
        where program = 'PKH' and status = 'AKTIF' and id_keluarga in (
          select id_keluarga from read_csv('{later}', all_varchar = true) where program = 'PKH' and status = 'AKTIF')
        order by 2 limit 2""")
        .fetchall()
    )
    lines = [uji.line(uji.row_id(family), kk, "", "", "PKH") for kk, family in found]
    uji.put(penerima, {"penonaktifan.csv": uji.csv_of(*lines)})
    uji.answer(penerima)
    [(done, _)] = [key for key, fate in sandbox.fate(penerima.world).items() if fate == "dilaksanakan"]
    uji.put(penerima, {"pembatalan.csv": uji.csv_of(f"{done};SALAH", head="id_baris;alasan")}, nomor="0002")
    uji.answer(penerima)
    first = penerima.pass_to("2026-07")
    source = penerima.world / "kiriman" / "dtsen" / "2026-07" / "kepesertaan.csv"
    assert (first / "kepesertaan.csv").read_bytes() != source.read_bytes()
    again = sandbox.deliver(penerima.world, penerima.inbox, "2026-08", 2, damage="sama_bulan_lalu")
    assert (again / "kepesertaan.csv").read_bytes() == (first / "kepesertaan.csv").read_bytes()
