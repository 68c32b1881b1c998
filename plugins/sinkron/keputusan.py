"""A person's decision on a candidate or a list, asked in Airflow and kept in `keputusan.putusan`.

Airflow's own state decides nothing. Tried on 3.3.2: with retries a rejected approval is asked again and can then be
approved, and any user with role `op` can mark the task successful. So `publish` and `push` read the decision row, which
this operator writes, and the first answer to a candidate is final.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from sinkron import approvers, database, period
from sinkron import settings as settings_module

WORDS = {"publish": "penerbitan rilis", "push": "daftar penonaktifan dari rilis"}
ANSWERS = {ApprovalOperator.APPROVE: "setuju", ApprovalOperator.REJECT: "tolak"}
PATIENCE = dt.timedelta(days=14)
# The second approver of a list signs its decree and writes the number, which goes to receivers unchanged.
SIGNING = ("push", 2)
# Never the number of a person or a family.
DECREE = re.compile(r"(?!.*\d{9})[0-9A-Za-z][0-9A-Za-z ./()-]{0,63}")


class Keputusan(ApprovalOperator):
    """Ask once about a sha256; no answer in time counts as Reject; a Reject fails without retry."""

    def __init__(self, *, jenis: str, urutan: int = 1, **kwargs: Any) -> None:
        kwargs |= {
            "subject": "Putusan",
            "defaults": ApprovalOperator.REJECT,
            "response_timeout": PATIENCE,
            "retries": 0,
            "fail_on_reject": True,
        }
        if (jenis, urutan) == SIGNING:
            kwargs["params"] = {"nomor_sk": Param("", type="string", title="Nomor SK", description="Wajib diisi")}
        super().__init__(**kwargs)
        self.jenis = jenis
        self.urutan = urutan

    def execute(self, context: dict[str, Any]) -> Any:
        """Use the existing decision on this content; if there is none, show the numbers and wait for a person.

        A month that is published already keeps its decision, so that a killed publish can be finished.
        """
        from sinkron import decisions, questions

        settings = settings_module.load()
        with database.connect(settings) as connection:
            try:
                asked = questions.question(connection, self.jenis, period.of_context(context), self.urutan)
            except questions.NothingToAsk as why:
                raise AirflowFailException(str(why)) from None
        if asked is None:
            return {"diperlukan": False}
        if known := decisions.find(settings, asked.sha256, self.jenis, self.urutan):
            return self.conclude(known)
        names = approvers.names(settings, self.jenis, self.urutan)
        if automatic := approvers.AUTOMATIC[approvers.mode(settings.values.get("APPROVE"))].get(self.jenis):
            row = self.record(
                asked.id_rilis, asked.sha256, jawaban=automatic, oleh=names[0], otomatis=True,
                pada=context["ti"].start_date, masukan={},
            )  # fmt: skip
            return self.conclude(row)
        with database.connect(settings) as connection:
            self.subject, self.body = asked.subject, questions.body(connection, asked)
        self.assigned_users = [{"id": name, "name": name} for name in names]
        try:
            return super().execute(context)
        except TaskAwaitingInput as waiting:
            # The answer counts for the content that was shown, even if the month has another candidate by then.
            waiting.kwargs = {"id_rilis": asked.id_rilis, "sha256": asked.sha256}
            raise

    def execute_complete(self, context: dict[str, Any], event: dict[str, Any], id_rilis: str, sha256: str) -> Any:
        """Write the answer as the server reports it: who, when, and the inputs; a timeout is a Reject by `sistem`."""
        if "error" in event:
            self.process_trigger_event_error(event)
        self.validate_chosen_options(event["chosen_options"])
        user, answer = event.get("responded_by_user"), ANSWERS[event["chosen_options"][0]]
        # The interface accepts any input from a person (tried on 3.3.2); only the requested inputs are kept.
        given = {}
        if (self.jenis, self.urutan) == SIGNING and answer == "setuju":
            given = {"nomor_sk": str((event.get("params_input") or {}).get("nomor_sk") or "").strip()}
            if not DECREE.fullmatch(given["nomor_sk"]):
                raise AirflowFailException(
                    "nomor SK belum diisi, atau bukan nomor surat (1 sampai 64 huruf, angka, spasi dan . / ( ) -,"
                    " paling banyak 8 angka berturut-turut); bersihkan (clear) tugas ini dan jawab lagi"
                )
        return self.conclude(
            self.record(
                id_rilis, sha256,
                jawaban=answer,
                oleh=user["id"] if user else "sistem",
                otomatis=user is None,
                pada=event["responded_at"],
                masukan=given,
            )
        )  # fmt: skip

    def record(self, id_rilis: str, sha256: str, **answer: Any) -> dict[str, Any]:
        """Write the answer; returns the valid decision, which is an earlier one if there is one."""
        from sinkron import decisions

        settings = settings_module.load()
        try:
            return decisions.record(settings, id_rilis, self.jenis, self.urutan, sha256=sha256, **answer)
        except decisions.AlreadyDecided:
            return decisions.find(settings, sha256, self.jenis, self.urutan)
        except database.DatabaseError as refused:
            # An approver of a list must not be one of its other approvers or an officer on it.
            raise AirflowFailException(str(refused)) from None

    def conclude(self, row: dict[str, Any]) -> dict[str, Any]:
        """Continue after `setuju`; fail without retry after `tolak`."""
        if row["jawaban"] != "setuju":
            raise AirflowFailException(
                f"{WORDS[self.jenis]} {row['id_rilis']} ditolak oleh {row['oleh']}; putusan final, hanya kandidat"
                " atau daftar baru dapat menyusul"
            )
        return {name: row[name] for name in ("id_rilis", "sha256", "jawaban", "oleh", "otomatis")}
