"""Files that go out over SFTP: whole or not there, the same when sent again, and no list in place of another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from receiving import row
from sftp_uji import Penyaji

from connectors.core import mirror, sftp
from connectors.interface import SourceUnavailable
from connectors.siks_ng import delivery

MADE = datetime(2026, 7, 20, 9, 30, tzinfo=timezone(timedelta(hours=7)))
NUMBER = "siks-ng/2026-08/0001"
# Not among the folders of its month, where it would be read too early.
BESIDE = ".2026-08-0001.tmp"
FILES = ("ekspor/2026-07/1/csv/a.csv", "ekspor/2026-07/1/datapackage.json")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Penyaji]:
    """A server with an empty outbox."""
    (tmp_path / "server").mkdir()
    with Penyaji(tmp_path / "server") as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A list in the outbox here."""
    return delivery.write(tmp_path / "keluar", "2026-08", "0001", [row(1), row(2)], (), "SK/1", MADE)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp, "FIRST_PAUSE_SECONDS", 0.0)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def upload(served: Penyaji, folder: Path) -> None:
    delivery.upload(served.connection("siks_ng_outbox", "/keluar"), folder)


def there(served: Penyaji) -> Path:
    return served.folder / "keluar" / NUMBER


def test_a_list_is_uploaded_whole_its_manifest_last(served, folder):
    upload(served, folder)
    assert content(there(served)) == content(folder)
    assert [Path(path).name for path in served.paths("write")] == [
        "penonaktifan.csv", "penonaktifan.xlsx", "manifest.json",
    ]  # fmt: skip
    assert {Path(path).parent.name for path in served.paths("write")} == {BESIDE}
    assert served.paths("posix_rename") == [f"/keluar/{NUMBER}"]
    assert [path.name for path in there(served).parent.iterdir()] == ["0001"]


def test_what_a_killed_run_left_goes_into_no_list(served, folder):
    left = there(served).parent.with_name(BESIDE)
    left.mkdir(parents=True)
    (left / "pembatalan.csv").write_bytes(b"id_baris;alasan\r\n")
    upload(served, folder)
    assert content(served.folder / "keluar") == {f"{NUMBER}/{name}": body for name, body in content(folder).items()}


def test_uploaded_again_it_is_read_and_left_as_it_is(served, folder):
    upload(served, folder)
    (there(served) / "~$penonaktifan.xlsx").write_bytes(b"kunci Excel")
    inode = there(served).stat().st_ino
    served.asked.clear()
    upload(served, folder)
    assert there(served).stat().st_ino == inode and served.paths("write", "rename", "posix_rename", "remove") == []


@pytest.mark.parametrize("name", ["penonaktifan.csv", "manifest.json"])
@pytest.mark.parametrize("how", ["other", "same size", "missing", "more"])
def test_a_list_that_stands_there_with_other_bytes_is_never_changed(served, folder, name, how):
    upload(served, folder)
    path = there(served) / name
    if how == "other":
        path.write_bytes(b"lain")
    elif how == "same size":
        path.write_bytes(path.read_bytes().replace(b"MAMPU", b"LAIN!").replace(b"SK/1", b"SK/2"))
    elif how == "missing":
        path.unlink()
    else:
        (there(served) / "pembatalan.csv").write_bytes(b"id_baris;alasan\r\n")
        name = "pembatalan.csv"
    before = content(served.folder)
    with pytest.raises(FileExistsError, match=rf"{NUMBER} is there with other content \({name}\)") as caught:
        upload(served, folder)
    assert content(served.folder) == before and "331608" not in str(caught.value)


def test_killed_at_any_request_there_is_no_list_or_a_whole_one(served, folder, monkeypatch):
    upload(served, folder)
    whole, requests = content(there(served)), len(served.asked)
    assert requests > 15
    for at in range(requests):
        shutil.rmtree(served.folder / "keluar")
        left = iter(range(requests * 9))
        # What is asked then is done, and its answer lost.
        served.before = lambda *_, left=left, at=at: served.drop() if next(left) == at else None
        with monkeypatch.context() as patch, pytest.raises(SourceUnavailable, match="siks_ng_outbox"):
            # Who is killed has no second try.
            patch.setattr(sftp, "TRIES", 1)
            upload(served, folder)
        assert not there(served).exists() or content(there(served)) == whole, at
        upload(served, folder)
        assert content(served.folder / "keluar") == {f"{NUMBER}/{name}": body for name, body in whole.items()}, at


@pytest.mark.parametrize("posix_rename", [True, False])
def test_files_are_put_whole_in_place_of_older_ones(served, tmp_path, posix_rename):
    served.posix_rename = posix_rename
    sent: list[str] = []
    for body in (b"lama" * 30_000, b"baru"):
        for name in FILES:
            (tmp_path / "keluar" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "keluar" / name).write_bytes(body)
        mirror.send(served.connection(path="/"), tmp_path / "keluar", FILES, sent.append)
        assert content(served.folder) == dict.fromkeys(FILES, body)
    assert sent == [*FILES, *FILES]


def test_an_upload_that_is_cut_goes_on_where_it_was(served, tmp_path):
    for name in FILES:
        (tmp_path / "keluar" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "keluar" / name).write_bytes(b"isi" * 40_000)
    cuts = iter([True])
    served.before = lambda what, path: (
        served.drop() if what == "block" and "datapackage" in path and next(cuts, False) else None
    )
    mirror.send(served.connection(path="/"), tmp_path / "keluar", FILES, lambda name: None)
    assert content(served.folder) == dict.fromkeys(FILES, b"isi" * 40_000)
    assert [Path(path).name for path in served.paths("write")] == [
        ".a.csv.tmp", ".datapackage.json.tmp", ".datapackage.json.tmp",
    ]  # fmt: skip


def test_an_outbox_that_may_only_be_read_is_told(served, folder):
    served.read_only = True
    with pytest.raises(SourceUnavailable, match=r"siks_ng_outbox \(SFTP\): .*: permission denied; check the rights"):
        upload(served, folder)
    assert content(served.folder) == {}


def test_a_server_that_keeps_less_than_it_was_given_is_not_believed(served, folder):
    def full(what: str, path: str) -> None:
        # A disk that is full, of a server that says nothing of it.
        if what == "lstat" and path.endswith(".tmp/penonaktifan.csv"):
            (served.folder / path.lstrip("/")).write_bytes(b"")

    served.before = full
    with pytest.raises(SourceUnavailable, match="not done after 5 tries, last: a file arrived cut"):
        upload(served, folder)
    assert not there(served).exists()
