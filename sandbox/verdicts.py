"""What becomes of the rows that a receiver takes, and what its receipts say of them, round by round.

In each effective month one row is rejected, one is accepted and never carried out, one is carried out and taken back a
month later; all others are carried out. Which rows these are follows from the order of `id_baris` and from what would
be seen (`sandbox.effects.look`).
"""

from sandbox.receipts import CANCEL, DONE, DTJATENG, LOST, NEW, REJECTED, SIKS_NG, UNDONE, Batch, State

# The fates are given in this order. It differs by receiver, so that a row that one loses is carried out by the other.
_ORDER = {DTJATENG: (REJECTED, LOST, UNDONE), SIKS_NG: (DONE, UNDONE, REJECTED, LOST)}
CODES = {DTJATENG: "DATA_TIDAK_SESUAI", SIKS_NG: "NIK_TIDAK_PADAN"}
_MESSAGE = "Data tidak sesuai dengan data penerima"
FOREIGN = "f" * 64  # a row that nobody sent


def assign(state: State, receiver: str, bulan_efektif: str, rows: list[dict], visible: dict[str, bool]) -> None:
    """Put into each new row, sorted by `id_baris`, its `fate`.

    `visible` says by id_baris whether the receiver's data would show that the row was not carried out. Only such a row
    is lost or taken back. Rows of the month that came in earlier batches keep their fate.
    """
    given = {row.fate for row in state.rows.values() if (row.receiver, row.bulan_efektif) == (receiver, bulan_efektif)}
    for row in rows:
        possible = (DONE, REJECTED, LOST, UNDONE) if visible[row["id_baris"]] else (DONE, REJECTED)
        due = (fate for fate in _ORDER[receiver] if fate in possible and fate not in given)
        row["fate"] = next(due, DONE)
        given.add(row["fate"])


def answer(state: State, batch: Batch, modes: tuple[str, ...], gradual: bool) -> tuple[list[dict], bool, str | None]:
    """Return the rows of the next receipt, whether it is the last one, and the id_baris that it rejects after all.

    `gradual`: the first receipt has only the first half of the rows. `modes`: see `sandbox.trouble.RECEIVING`.
    """
    rows, now = batch.rows, batch.rounds + 1
    part = gradual and now == 1
    if part:
        rows = rows[: len(rows) // 2]
    turns = batch.kind == NEW and "ditolak_kemudian" in modes and any(row.fate == DONE for row in batch.rows)
    last = not part and now >= (2 if gradual else 1) + turns
    turned = None
    if turns and last:
        turned = next(row.id_baris for row in batch.rows if row.fate == DONE)
    told = [_told(state, row, turned) for row in rows]
    if last and "baris_tak_dijawab" in modes:
        told = told[:-1]
    if "baris_asing" in modes:
        told += [*told[:1], {"id_baris": FOREIGN, "status": "diterima"}]
    return told, last, turned


def _told(state: State, row, turned: str | None) -> dict:
    known = (row.id_baris, row.receiver) in state.rows
    if row.kind == CANCEL and not known:
        return {"id_baris": row.id_baris, "status": "ditolak", "kode": "BARIS_TIDAK_DIKENAL",
                "pesan": "Baris ini tidak pernah diterima"}  # fmt: skip
    # A row that came as new twice has only one fate, that of its first coming.
    if row.kind == NEW and (state.rows[row.id_baris, row.receiver].fate == REJECTED or row.id_baris == turned):
        return {"id_baris": row.id_baris, "status": "ditolak", "kode": CODES[row.receiver], "pesan": _MESSAGE}
    return {"id_baris": row.id_baris, "status": "diterima"}
