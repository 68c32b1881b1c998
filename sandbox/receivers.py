"""What the receivers answer to what is sent to them: DTJateng, Simnakis and Bratasena (contracts/sinks.md 1, 3, 4)."""

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

from sandbox import effects, verdicts
from sandbox.credentials import API_KEY, BRATASENA_KEY
from sandbox.problem import Problem
from sandbox.receipts import BRATASENA, CANCEL, DTJATENG, NEW, SIMNAKIS
from sandbox.request import Request

KABUPATEN = ("3316", "33.16")
MOST_ROWS = 500
_FIELDS = {
    NEW: {"id_baris", "no_kk", "nik", "nama", "program", "kode_alasan", "tanggal_verifikasi", "bukti"},
    CANCEL: {"id_baris", "alasan"},
}
_MAY_MISS = ("no_kk", "nik", "nama")
_OUTCOMES = ("ditindaklanjuti", "tidak_terbukti", "diteruskan", "selesai")
Answer = tuple[int, bytes]


def route(request: Request) -> Callable | None:
    """The function that gives (status, body) for a request to a receiver, None for an address of no receiver."""
    for (method, pattern), answer in _ROUTES.items():
        if method == request.method and (found := re.fullmatch(pattern, request.path)):
            return lambda server, request: answer(server, request, *map(unquote, found.groups()))
    return None


def _taken(kind: str) -> Callable:
    def answer(server, request: Request) -> Answer:
        request.check_token(server)
        key = request.headers.get("Idempotency-Key") or ""
        with server.receipts.writing() as state:
            digest = server.receipts.keep(request.body)
            if known := state.by_key.get((DTJATENG, kind, key)):
                if known.content != digest:
                    server.receipts.violate(DTJATENG, "kunci_sama_isi_beda", kunci=key)
                    raise Problem(409, "kunci_sama_isi_beda", "this key was used for another body")
                return 200, _json({"id_kiriman": known.number})
            if key != digest:
                server.receipts.violate(DTJATENG, "kunci_bukan_sha256", kunci=key)
                raise Problem(400, "kunci_tidak_sah", "Idempotency-Key must be the sha256 of the exact body")
            month, number_sk, rows = _content(server, kind, key, request.body)
            if wrong := _wrong(server, state, kind, key, rows):
                server.receipts.append("penolakan", receiver=DTJATENG, kunci=key, rincian=wrong)
                return 422, _json({"galat": "tidak_valid", "pesan": "rows are not valid", "rincian": wrong})
            if kind == NEW:
                verdicts.assign(state, DTJATENG, month, rows,
                                effects.look(server.directory, DTJATENG, month, rows))  # fmt: skip
            number = f"KRM-{len(state.batches) + 1:06d}"
            server.receipts.take(number, DTJATENG, kind, key, month, digest, rows, number_sk)
        return 202, _json({"id_kiriman": number})

    return answer


def _content(server, kind: str, key: str, body: bytes) -> tuple[str | None, str | None, list[dict]]:
    """Return (effective month, decree, rows) of a body.

    A body that is not as documented is recorded as a violation and raises Problem 400.
    """
    try:
        content = json.loads(body)
        rows, month, decree = content["data"], content.get("bulan_efektif"), content.get("nomor_sk")
        ids = [row["id_baris"] for row in rows]
        dated = bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month or "")) and bool(decree)
        sound = content["kabupaten"] in KABUPATEN and 0 < len(rows) <= MOST_ROWS and (dated or kind == CANCEL)
        sound = sound and all(isinstance(id_baris, str) for id_baris in ids)
        ordered = ids == sorted(ids)
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = ordered = False
    if not sound or not ordered:
        code = "baris_tidak_urut" if sound else "badan_tidak_sah"
        server.receipts.violate(DTJATENG, code, kunci=key)
        raise Problem(400, code, "the body is not as documented: kabupaten, bulan_efektif, nomor_sk, 1 to 500 rows"
                                 " sorted by id_baris")  # fmt: skip
    if kind == NEW:
        rows = [dict.fromkeys(_MAY_MISS) | {n: None if v == "" and n in _MAY_MISS else v for n, v in row.items()}
                for row in rows]  # fmt: skip
    return month, decree, rows


def _wrong(server, state, kind: str, key: str, rows: list[dict]) -> list[dict]:
    """The invalid rows, each as an entry of the 422 answer; each is recorded as a violation of the sender."""
    wrong, struck = [], server.trouble.holds("baris_tidak_sah", [row["id_baris"] for row in rows])
    for at, row in enumerate(rows):
        known = (row["id_baris"], DTJATENG)
        code = _code(kind, row)
        if at and row["id_baris"] == rows[at - 1]["id_baris"]:
            code = "kunci_ganda"
        elif kind == NEW and known in state.rows:
            code = "baris_dua_kali"
        elif kind == CANCEL and known in state.cancelled:
            code = "dibatalkan_dua_kali"
        if kind == CANCEL and known not in state.rows:
            # This row is rejected later, in the receipt; the other cancellations are taken all the same.
            server.receipts.violate(DTJATENG, "batal_tanpa_baris", id_baris=row["id_baris"], kunci=key)
        if code:
            server.receipts.violate(DTJATENG, code, id_baris=row["id_baris"], kunci=key)
        elif row["id_baris"] == struck:
            code = "wilayah_tidak_sesuai"
        if code:
            wrong.append({"id_baris": row["id_baris"], "kode": code, "pesan": "Baris tidak dapat diterima"})
    return wrong


def _code(kind: str, row: dict) -> str | None:
    texts = (value for name, value in row.items() if value is not None or name not in _MAY_MISS)
    if set(row) != _FIELDS[kind] or not all(isinstance(value, str) and value for value in texts):
        return "bidang_tidak_sah"
    if not re.fullmatch("[0-9a-f]{64}", row["id_baris"]):
        return "id_baris_tidak_sah"
    if kind == NEW and not (row["no_kk"] or row["nik"]):
        return "tanpa_nomor"
    if kind == NEW and not re.fullmatch(r"\d{4}-\d\d-\d\d", row["tanggal_verifikasi"]):
        return "tanggal_tidak_sah"
    return None


def _receipt(kind: str) -> Callable:
    def answer(server, request: Request, number: str) -> Answer:
        request.check_token(server)
        with server.receipts.writing() as state:
            batch = state.batches.get(number)
            if batch is None or (batch.receiver, batch.kind) != (DTJATENG, kind):
                raise Problem(404, "tidak_ditemukan", "no such batch")
            if not batch.finished:
                server.receipts.tell(batch, *verdicts.answer(state, batch, server.trouble.modes, True))
            return 200, _json({"status": "selesai" if batch.finished else "diproses", "hasil": batch.answer})

    return answer


def _status(server, request: Request, family: str) -> Answer:
    request.check_key(API_KEY)
    rows = server.rows(SIMNAKIS, server.month())
    at = rows.find(family)
    if at is None:
        raise Problem(404, "tidak_ditemukan", "no such family")
    try:
        content = json.loads(request.body)
        status, programmes, members = content["status"], content.get("program"), content.get("anggota")
        sound = (
            status in ("nonaktif", "aktif") and re.fullmatch("[0-9a-f]{64}", content["rujukan"])
            and re.fullmatch(r"\d{4}-\d\d-\d\d", content["berlaku"])
            and all(value is None or (isinstance(value, list) and value) for value in (programmes, members))
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    with server.receipts.writing():
        server.receipts.keep(request.body)
        if not sound:
            server.receipts.violate(SIMNAKIS, "badan_tidak_sah", alamat=request.path)
            raise Problem(400, "badan_tidak_sah", "the body is not as documented")
        own = json.loads(rows.slice(at, at + 1))
        if strange := sorted(set(members or ()) - {member["id"] for member in own["anggota"]}):
            server.receipts.violate(SIMNAKIS, "anggota_tidak_dikenal", alamat=request.path, anggota=strange)
            raise Problem(400, "anggota_tidak_dikenal", "not a member of this family")
        if server.trouble.once("keadaan_lebih_baru", request.path) or "keadaan_bertentangan" in server.trouble.modes:
            raise Problem(409, "keadaan_lebih_baru", "the family has changed: read it again")
        server.receipts.append(
            "status", alamat=request.path, id_keluarga=family, no_kk=own["no_kk"], status=status, program=programmes,
            anggota=members, rujukan=content["rujukan"], berlaku=content["berlaku"],
        )  # fmt: skip
    return 200, _json({"id": family})


def _outcome(server, request: Request, feed: str, case: str) -> Answer:
    request.check_key(BRATASENA_KEY)
    versions = [change["versi"] for change in server.feed(feed, server.month()).changes if change["id"] == case]
    if not versions:
        raise Problem(404, "tidak_ditemukan", "no such case")
    try:
        content = json.loads(request.body)
        version, outcome, message = content["versi"], content["hasil"], content["pesan"]
        sound = isinstance(version, int) and outcome in _OUTCOMES and isinstance(message, str) and bool(message)
        private = sound and re.search(r"\d{9}", message)
    except (ValueError, KeyError, TypeError):
        sound = private = False
    with server.receipts.writing():
        server.receipts.keep(request.body)
        if not sound or private:
            code = "pesan_memuat_nomor" if private else "badan_tidak_sah"
            server.receipts.violate(BRATASENA, code, alamat=request.path)
            raise Problem(400, code, "the body is not as documented")
        if version != max(versions):
            raise Problem(409, "versi_lebih_baru", "the case has changed: the feed has the newer version")
        server.receipts.append("hasil", alamat=request.path, kasus=case, versi=version, hasil=outcome)
    return 200, _json({"id": case})


def _json(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


_ROUTES = {
    ("POST", "/v1/penonaktifan"): _taken(NEW),
    ("POST", "/v1/pembatalan"): _taken(CANCEL),
    ("GET", "/v1/penonaktifan/([^/]+)"): _receipt(NEW),
    ("GET", "/v1/pembatalan/([^/]+)"): _receipt(CANCEL),
    ("PUT", "/api/keluarga/([^/]+)/status"): _status,
    ("PUT", "/api/(aduan|pengajuan)/([^/]+)/hasil"): _outcome,
}
