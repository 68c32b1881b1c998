"""Files cut anywhere: refused, or complete as far as the form can tell; never silently a part."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from deliveries import dtsen
from forms import table, write
from reading import KEPESERTAAN, PLAIN, read, refused

from connectors.core.files import gzipped
from connectors.interface import Refusal

SMALL = table(dtsen(1, 2)["kepesertaan"])


def small(form: str) -> bytes:
    if form == "csv-berkutip":
        return "\r\n".join(",".join(f'"{v}"' for v in row) for row in SMALL).encode() + b"\r\n"
    return write(form, dtsen(1, 2)["kepesertaan"])


@pytest.mark.parametrize("form", ["csv.gz", "xlsx", "parquet"])
def test_a_form_that_can_tell_is_refused_when_cut_anywhere(tmp_path, form):
    body = small(form)
    whole = read(tmp_path, f"kepesertaan.{form}", body, KEPESERTAAN)
    assert len(whole) == 2
    # Each cut starts a process; the last bytes, where the indexes of the formats lie, are cut one by one.
    step = {"csv.gz": 1, "xlsx": 211, "parquet": 307}[form]
    cuts = sorted({*range(0, len(body), step), *range(max(0, len(body) - 5), len(body))})
    for cut in cuts:
        try:
            found = read(tmp_path, f"kepesertaan.{form}", body[:cut], KEPESERTAAN)
        except Refusal as refusal:
            assert refusal.kode in ("bentuk_tidak_terbaca", "kosong"), cut
        else:
            assert found == whole, cut


def test_csv_cut_at_every_byte_with_a_manifest_made_anew(tmp_path):
    """`baris` tells all but a last row cut in its last field, which is a whole row for everyone who reads it."""
    body = small("csv")
    whole = read(tmp_path, "kepesertaan.csv", body, KEPESERTAAN)
    last_field = len(body.rstrip().rpartition(b",")[2])
    for cut in range(len(body)):
        try:
            found = read(tmp_path, "kepesertaan.csv", body[:cut], KEPESERTAAN)
        except Refusal as refusal:
            assert refusal.kode in ("bentuk_tidak_terbaca", "kosong", "kolom_wajib_hilang"), cut
            continue
        if len(found) < len(whole):
            continue  # the count of the manifest refuses it
        assert found[0] == whole[0]
        lost = len(body.rstrip()) - cut
        if lost <= 0:
            assert found == whole, cut
        elif lost <= last_field:
            assert found[1][:-1] != whole[1][:-1] or found[1] == whole[1], cut
        else:
            assert found[1][-1] is True, f"bentuk_rusak expected at {cut}"


def test_quoted_csv_cut_at_every_byte(tmp_path):
    body = small("csv-berkutip")
    whole = read(tmp_path, "kepesertaan.csv", body, KEPESERTAAN)
    for cut in range(len(body)):
        try:
            found = read(tmp_path, "kepesertaan.csv", body[:cut], KEPESERTAAN)
        except Refusal:
            continue
        assert found[:-1] == whole[: max(0, len(found) - 1)], cut
        if len(found) == len(whole) and found != whole:
            # Cut behind the last comma: an empty last field, for everyone who reads it.
            assert found[-1][-1] is True or body[:cut].endswith(b","), cut


def test_csv_cut_inside_quotes_is_refused_also_among_broken_rows(tmp_path):
    head = b"id_keluarga,program,status\n"
    assert refused_kepesertaan(tmp_path, head + b'K1,PKH,AKTIF\nK2,PKH,"AKT') == "bentuk_tidak_terbaca"
    assert refused_kepesertaan(tmp_path, head + b'K1,PKH\nK2,PKH,"AKT') == "bentuk_tidak_terbaca"
    assert refused_kepesertaan(tmp_path, head + b'K1,PKH\nK2,"PKH,AKTIF\nK3,PKH,AKTIF\n') == "bentuk_tidak_terbaca"
    assert refused_kepesertaan(tmp_path, head + b'K1,"PKH"x,AKTIF\n') == "bentuk_tidak_terbaca"
    found = read(tmp_path, "kepesertaan.csv", head + b'K1,PKH\r\nK2,"PKH",AKTIF'.replace(b"\r", b""), KEPESERTAAN)
    assert [row[-1] for row in found] == [True, False]


def refused_kepesertaan(folder: Path, body: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        read(folder, "kepesertaan.csv", body, KEPESERTAAN)
    return caught.value.kode


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        gzip.compress(PLAIN) + b"sisa",
        gzip.compress(PLAIN) + b"\0" * 512,
        zlib.compress(PLAIN),
        gzip.compress(PLAIN)[:-8] + b"\0" * 8,
        gzip.compress(PLAIN) + gzip.compress(PLAIN)[:-1],
        b"",
    ],
)
def test_gzip_that_is_not_whole(tmp_path, body):
    assert refused(tmp_path, "anggota.csv.gz", body).kode == "bentuk_tidak_terbaca"


def test_gzip_of_gzip_and_bombs(tmp_path, monkeypatch):
    assert refused(tmp_path, "anggota.csv.gz", gzip.compress(gzip.compress(PLAIN))).kode == "bentuk_tidak_terbaca"
    bomb = gzip.compress(PLAIN + b" " * (40 << 20))
    assert "lebih besar" in refused(tmp_path, "anggota.csv.gz", bomb).pesan
    monkeypatch.setattr(gzipped, "UNPACKED_LIMIT", len(PLAIN) - 1)
    assert "lebih besar" in refused(tmp_path, "anggota.csv.gz", gzip.compress(PLAIN)).pesan
    monkeypatch.setattr(gzipped, "UNPACKED_LIMIT", len(PLAIN))
    monkeypatch.setattr(gzipped, "MEMBER_LIMIT", 1)
    assert refused(tmp_path, "anggota.csv.gz", gzip.compress(PLAIN) * 2).kode == "bentuk_tidak_terbaca"
