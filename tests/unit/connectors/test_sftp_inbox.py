"""An inbox on an SFTP server: what is read through its mirror is what a folder would have given, or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deliveries import KABUPATEN, SOURCES, dtsen, inbox_connection, write_dtsen
from sftp_uji import WRITES, Penyaji

from connectors.core import mirror
from connectors.dtsen import connector
from connectors.interface import Extracted, NotYet, SourceUnavailable, Store
from connectors.siks_ng import results

MONTH = "dtsen/2026-06"
REV = f"/{MONTH}/rev-1"
OLD = 1_780_000_000


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Penyaji]:
    """A server that lets nobody write, over an inbox with one delivery."""
    write_dtsen(tmp_path / "server", dtsen())
    with Penyaji(tmp_path / "server", read_only=True) as server:
        yield server


class Reader:
    """Who reads the inbox: `waits` are the pauses between tries."""

    def __init__(self, served: Penyaji, folder: Path):
        self.served, self.mirror, self.store, self.waits = served, folder / "cermin", Store(folder / "simpanan"), []

    def fetch(self, below: str = MONTH) -> set[str]:
        """Bring the mirror up to date; the files that it then holds."""
        mirror.fetch(self.served.connection(), below, self.mirror, self.waits.append)
        found = (self.mirror / below).rglob("*")
        return {path.relative_to(self.mirror / below).as_posix() for path in found if path.is_file()}

    def extract(self) -> Extracted:
        """What the connector takes from it."""
        self.fetch()
        return extract(self.mirror, self.store)


def extract(folder: Path, store: Store) -> Extracted:
    return connector.extract(SOURCES["dtsen"], inbox_connection(folder), "2026-06", store, KABUPATEN)


@pytest.fixture
def reader(served: Penyaji, tmp_path: Path) -> Reader:
    return Reader(served, tmp_path)


def at(served: Penyaji, what: str, name: str, do: Callable[[], None], times: int = 1) -> None:
    """Let something happen before the server answers the first (or every) such request for a path ending so."""
    left = [times]

    def before(asked: str, path: str) -> None:
        if asked == what and path.endswith(name) and left[0]:
            left[0] -= 1
            do()

    served.before = before


def test_a_delivery_over_sftp_is_the_bytes_of_the_folder_and_comes_once(reader: Reader, tmp_path: Path):
    direct = extract(reader.served.folder, Store(tmp_path / "lain"))
    assert reader.extract() == direct
    assert [file.nama for file in direct.berkas] == ["manifest.json", "keluarga.csv", "anggota.csv", "kepesertaan.csv"]
    assert reader.served.paths("open")[-1] == f"{REV}/manifest.json"
    assert reader.served.paths(*WRITES) == []
    reader.served.asked.clear()
    assert reader.extract() == direct
    assert reader.served.paths("open") == [] and reader.served.logins == ["password", "password"]


def test_the_mirror_is_for_its_owner_alone(reader: Reader):
    reader.fetch()
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in (reader.mirror, *reader.mirror.rglob("*"))}
    assert modes == {True: 0o700, False: 0o600}


def test_only_what_is_new_is_fetched_and_what_was_taken_back_is_gone(reader: Reader):
    reader.fetch()
    write_dtsen(reader.served.folder, dtsen(7), revisi=2)
    reader.served.asked.clear()
    assert reader.extract().revisi == 2
    assert {Path(path).parent.name for path in reader.served.paths("open")} == {"rev-2"}
    shutil.rmtree(reader.served.folder / MONTH / "rev-2")
    assert reader.extract().revisi == 1
    shutil.rmtree(reader.served.folder / MONTH)
    with pytest.raises(NotYet):
        reader.extract()


def test_without_its_manifest_nothing_of_a_delivery_is_taken(reader: Reader):
    (reader.served.folder / REV[1:] / "manifest.json").unlink()
    assert reader.fetch() == set()
    assert reader.served.paths("open") == []


def test_a_manifest_that_is_seen_before_its_files_waits_for_them(reader: Reader, tmp_path: Path):
    whole = extract(reader.served.folder, Store(tmp_path / "lain"))
    late = reader.served.folder / REV[1:] / "kepesertaan.csv"
    late.rename(tmp_path / "nanti")
    # The first listing has the manifest and not the file; it comes while another is fetched.
    at(reader.served, "open", "keluarga.csv", lambda: (tmp_path / "nanti").rename(late))
    assert reader.extract() == whole
    opened = [Path(path).stem for path in reader.served.paths("open")]
    assert opened == ["anggota", "keluarga", "manifest", "kepesertaan", "manifest"]


@pytest.mark.parametrize("what", ["open", "read", "lstat"])
@pytest.mark.parametrize("name", ["anggota.csv", "manifest.json"])
def test_a_delivery_that_is_written_anew_while_it_is_read_comes_as_the_new_one(reader, tmp_path, what, name):
    def rewrite() -> None:
        shutil.rmtree(reader.served.folder / MONTH)
        write_dtsen(reader.served.folder, dtsen(9))

    at(reader.served, what, name, rewrite)
    got = reader.extract()
    assert got == extract(reader.served.folder, Store(tmp_path / "lain"))
    assert got.keterangan["baris"] == 9 + 18 + 18


@pytest.mark.parametrize("name", ["anggota.csv", "manifest.json"])
def test_a_delivery_that_never_stands_still_is_not_taken(reader, name):
    path, seconds = reader.served.folder / REV[1:] / name, iter(range(OLD, OLD + 99))
    at(reader.served, "read", name, lambda: os.utime(path, (OLD, next(seconds))), times=99)
    with pytest.raises(SourceUnavailable, match=r"dtsen/2026-06/rev-1 changes while it is read \(3 times\)"):
        reader.fetch()
    assert not (reader.mirror / REV[1:] / "manifest.json").exists()


def test_a_file_that_is_cut_while_it_is_read_is_never_half_there(reader):
    path = reader.served.folder / REV[1:] / "anggota.csv"
    at(reader.served, "read", "anggota.csv", lambda: os.truncate(path, 100))
    assert "rev-1/manifest.json" in reader.fetch()
    # It is what stands there now, whole; that its manifest promises another is for `land` to say.
    assert (reader.mirror / REV[1:] / "anggota.csv").read_bytes() == path.read_bytes()
    assert path.stat().st_size == 100


def test_a_delivery_that_is_withdrawn_while_it_is_read_is_not_there(reader):
    at(reader.served, "read", "anggota.csv", lambda: shutil.rmtree(reader.served.folder / MONTH / "rev-1"))
    with pytest.raises(NotYet):
        reader.extract()
    assert not (reader.mirror / REV[1:]).exists()


def test_a_connection_that_is_cut_anywhere_costs_a_try_and_loses_nothing(reader, tmp_path):
    whole = extract(reader.served.folder, Store(tmp_path / "lain"))
    reader.extract()
    requests = len(reader.served.asked)
    for cut in range(requests):
        left = iter(range(requests * 9))
        reader.served.before = lambda *_, cut=cut, left=left: reader.served.drop() if next(left) == cut else None
        shutil.rmtree(reader.mirror)
        reader.waits.clear()
        assert reader.extract() == whole, cut
        assert reader.waits == [1.0], cut
    assert requests > 12


def test_a_server_that_goes_away_for_good_is_told_and_what_was_fetched_is_not_fetched_again(reader):
    at(reader.served, "open", "kepesertaan.csv", reader.served.drop, times=99)
    with pytest.raises(SourceUnavailable, match=r"dtsen_inbox \(SFTP\): not done after 5 tries, last: .*kepesertaan"):
        reader.fetch()
    assert reader.waits == [1.0, 2.0, 4.0, 8.0]
    assert reader.served.paths("open").count(f"{REV}/anggota.csv") == 1
    reader.served.before = lambda what, path: None
    assert len(reader.fetch()) == 4
    assert reader.served.paths("open").count(f"{REV}/anggota.csv") == 1


def test_names_that_are_paths_hidden_or_no_text_stay_there(reader, tmp_path):
    # Whoever follows them loses files of this test, and no others.
    outside = tmp_path / "luar.csv"
    outside.write_bytes(b"milik orang")
    paths = ("../keluar.csv", "../../luar.csv", str(outside), "..", "a/b.csv")
    reader.served.listed = (*paths, ".sembunyi.csv", "x" * 201, "a\nb.csv")
    (reader.served.folder / "tinjauan").mkdir()
    (reader.served.folder / "tinjauan" / "putusan (1) é.csv").write_bytes(b"isi")
    assert reader.fetch("tinjauan") == {"putusan (1) é.csv"}
    assert {path.name for path in tmp_path.iterdir()} == {"server", "cermin", "luar.csv"}
    assert outside.read_bytes() == b"milik orang"


def test_a_name_that_is_not_utf8_is_told(reader):
    (reader.served.folder / "tinjauan").mkdir()
    reader.served.listed = (b"\xff.csv",)
    with pytest.raises(SourceUnavailable, match="/tinjauan: a name in it is not UTF-8; have it renamed"):
        reader.fetch("tinjauan")
    assert reader.waits == []


def test_links_are_not_followed(reader, tmp_path):
    secret = tmp_path / "rahasia"
    shutil.copytree(reader.served.folder / MONTH / "rev-1", secret / "2026-06" / "rev-1")
    (reader.served.folder / MONTH / "rev-2").symlink_to(secret / "2026-06" / "rev-1")
    (reader.served.folder / REV[1:] / "titipan.csv").symlink_to(secret / "2026-06" / "rev-1" / "anggota.csv")
    (reader.served.folder / "baznas").symlink_to(secret)
    assert {Path(name).name for name in reader.fetch()} == {
        "manifest.json", "keluarga.csv", "anggota.csv", "kepesertaan.csv",
    }  # fmt: skip
    assert reader.extract().revisi == 1
    assert reader.fetch("baznas/2026-06") == set()


def test_a_link_as_the_inbox_itself_is_the_word_of_who_set_it_up(reader, tmp_path):
    (reader.served.folder / "masuk").symlink_to(reader.served.folder)
    mirror.fetch(reader.served.connection(path="/masuk/"), MONTH, reader.mirror)
    assert extract(reader.mirror, reader.store).revisi == 1


def test_a_file_larger_than_any_that_is_read_stays_there(reader, monkeypatch):
    with (reader.served.folder / REV[1:] / "rekaman.mp4").open("wb") as file:
        file.truncate((2 << 30) + 1)
    assert "rev-1/rekaman.mp4" not in reader.fetch()
    assert reader.extract().revisi == 1


def test_what_changed_its_kind_takes_the_place(reader):
    folder = reader.served.folder / "tinjauan"
    (folder / "a.csv").mkdir(parents=True)
    (folder / "a.csv" / "manifest.json").write_bytes(b"{}")
    (folder / "b.csv").write_bytes(b"isi")
    assert reader.fetch("tinjauan") == {"a.csv/manifest.json", "b.csv"}
    shutil.rmtree(folder / "a.csv")
    (folder / "a.csv").write_bytes(b"isi")
    (folder / "b.csv").unlink()
    (folder / "b.csv").mkdir()
    assert reader.fetch("tinjauan") == {"a.csv"}


def test_results_are_read_back_and_one_that_is_still_written_waits(reader):
    folder = reader.served.folder / "siks-ng" / "hasil"
    folder.mkdir(parents=True)
    row = f"{1:064x}"
    for name in ("hasil_2026-07_0001.csv", "hasil_2026-07_0002.csv"):
        (folder / name).write_text(f"id_baris;status;kode;pesan\n{row};diterima;;\n")
    late = folder / "hasil_2026-07_0002.csv"
    at(reader.served, "read", late.name, lambda: late.write_text(late.read_text() + f"{2:064x};ditolak;X;\n"))
    assert reader.fetch("siks-ng/hasil") == {"hasil_2026-07_0001.csv"}
    assert [(r.berkas, r.masalah, len(r.hasil)) for r in results.results(reader.mirror)] == [
        ("hasil_2026-07_0001.csv", None, 1)
    ]
    reader.fetch("siks-ng/hasil")
    assert [len(r.hasil) for r in results.results(reader.mirror)] == [1, 2]
    # What is being replaced is not there either as it was before.
    late.write_text(late.read_text() + "\n")
    at(reader.served, "read", late.name, lambda: late.write_text(late.read_text() + "\n"))
    assert reader.fetch("siks-ng/hasil") == {"hasil_2026-07_0001.csv"}


def test_a_folder_that_is_not_there_or_may_not_be_read_is_named(reader):
    with pytest.raises(SourceUnavailable, match=r"dtsen_inbox \(SFTP\): its extra.path is no folder there"):
        mirror.fetch(reader.served.connection(path="/salah"), MONTH, reader.mirror, reader.waits.append)
    reader.served.before = lambda what, path: 3 if what == "open" else None
    with pytest.raises(SourceUnavailable, match=r"/rev-1/anggota.csv: permission denied; check the rights"):
        reader.fetch()
    assert reader.waits == []


def test_no_number_of_a_person_stands_in_an_error(reader):
    folder = reader.served.folder / "tinjauan"
    folder.mkdir()
    (folder / "putusan 3316081403800001.csv").write_bytes(b"isi")
    reader.served.before = lambda what, path: 3 if what == "open" else None
    with pytest.raises(SourceUnavailable, match=r"/tinjauan/putusan ….csv: permission denied"):
        reader.fetch("tinjauan")


def test_a_mirror_that_cannot_be_written_is_not_the_servers_fault(reader):
    reader.mirror.write_bytes(b"")
    with pytest.raises(SourceUnavailable, match=r"its mirror cannot be written \(.*\); check the folder"):
        reader.fetch()
    assert reader.served.asked == []
