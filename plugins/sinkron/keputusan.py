"""A person's decision on a candidate, asked in Airflow and kept in `keputusan.putusan`.

Airflow's own state decides nothing. Tried on 3.3.2: with retries a rejected approval is asked again and can then be
approved, and any user with role `op` can mark the task successful. So `publish` reads the decision row, this operator
is what writes it, and the first answer to a candidate is final.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from sinkron import database, period
from sinkron import settings as settings_module
from sinkron.settings import Settings

# Who is asked: a setting (names separated by commas), or the user of the sandbox.
APPROVERS = {"publish": ("SINKRON_PENYETUJU_TERBIT", "uji-verifikator")}
ANSWERS = {ApprovalOperator.APPROVE: "setuju", ApprovalOperator.REJECT: "tolak"}
# `APPROVE` in the environment of the services: the demo and unattended trials answer themselves, marked automatic.
AUTOMATIC = {"publish": "setuju", "yes": "setuju", "reject": "tolak"}
PATIENCE = dt.timedelta(days=14)
TABLES_SHOWN = 20


class Keputusan(ApprovalOperator):
    """Ask once about the sha256 of the month's candidate; silence is a Reject; a Reject fails without retry."""

    def __init__(self, *, jenis: str, urutan: int = 1, **kwargs: Any) -> None:
        kwargs |= {
            "subject": "Putusan atas kandidat rilis",
            "defaults": ApprovalOperator.REJECT,
            "response_timeout": PATIENCE,
            "retries": 0,
            "fail_on_reject": True,
        }
        super().__init__(**kwargs)
        self.jenis = jenis
        self.urutan = urutan

    def execute(self, context: dict[str, Any]) -> Any:
        """Use the decision that exists on this candidate; if there is none, show the numbers and wait for a person.

        A month that is published already keeps its decision, so that a publish that was killed can be finished.
        """
        from sinkron import decisions

        settings = settings_module.load()
        periode = period.of_context(context)
        with database.connect(settings) as connection:
            candidate = connection.execute(
                "select id_rilis, sha256, gerbang, tabel from rilis.rilis"
                " where periode = %s and status in ('kandidat', 'terbit') and sha256 is not null"
                " order by revisi desc limit 1",
                [periode],
            ).fetchone()
            if candidate is None:
                raise AirflowFailException(f"tidak ada kandidat {periode} yang sudah diperiksa; jalankan build_golden")
            text = body(connection, candidate)
        if known := decisions.find(settings, candidate["sha256"], self.jenis, self.urutan):
            return self.conclude(known)
        if automatic := AUTOMATIC.get(settings.values.get("APPROVE", "none")):
            row = self.record(
                candidate, jawaban=automatic, oleh=approvers(settings, self.jenis)[0], otomatis=True,
                pada=context["ti"].start_date, masukan={},
            )  # fmt: skip
            return self.conclude(row)
        self.subject = f"Terbitkan rilis {candidate['id_rilis']}?"
        self.body = text
        self.assigned_users = [{"id": name, "name": name} for name in approvers(settings, self.jenis)]
        try:
            return super().execute(context)
        except TaskAwaitingInput as waiting:
            # The answer counts for what was shown, whatever candidate the month has when it comes.
            waiting.kwargs = {"id_rilis": candidate["id_rilis"], "sha256": candidate["sha256"]}
            raise

    def execute_complete(self, context: dict[str, Any], event: dict[str, Any], id_rilis: str, sha256: str) -> Any:
        """Write the answer as the server reports it: who, when, and the inputs; a time-out is `sistem` rejecting."""
        if "error" in event:
            self.process_trigger_event_error(event)
        self.validate_chosen_options(event["chosen_options"])
        user = event.get("responded_by_user")
        return self.conclude(
            self.record(
                {"id_rilis": id_rilis, "sha256": sha256},
                jawaban=ANSWERS[event["chosen_options"][0]],
                oleh=user["id"] if user else "sistem",
                otomatis=user is None,
                pada=event["responded_at"],
                masukan=event.get("params_input") or {},
            )
        )

    def record(self, candidate: dict[str, Any], **answer: Any) -> dict[str, Any]:
        """Write the answer; returns the decision that stands, which is an earlier one if there is one."""
        from sinkron import decisions

        settings, sha256 = settings_module.load(), candidate["sha256"]
        try:
            return decisions.record(settings, candidate["id_rilis"], self.jenis, self.urutan, sha256=sha256, **answer)
        except decisions.AlreadyDecided:
            return decisions.find(settings, sha256, self.jenis, self.urutan)

    def conclude(self, row: dict[str, Any]) -> dict[str, Any]:
        """Go on with `setuju`; fail for good with `tolak`."""
        if row["jawaban"] != "setuju":
            raise AirflowFailException(
                f"rilis {row['id_rilis']} ditolak oleh {row['oleh']}; putusan final, hanya kandidat baru dapat menyusul"
            )
        return {name: row[name] for name in ("id_rilis", "sha256", "jawaban", "oleh", "otomatis")}


def approvers(settings: Settings, jenis: str) -> list[str]:
    """User names that may answer; never empty, for Airflow lets everybody answer a question to nobody."""
    setting, default = APPROVERS[jenis]
    return [name.strip() for name in settings.values.get(setting, "").split(",") if name.strip()] or [default]


def body(connection: Any, candidate: dict[str, Any]) -> str:
    """What the approver reads (Markdown): earlier rejections of the same deliveries, check results, rows per table,
    changes against the release before."""
    from sinkron import decisions

    checks = connection.execute(
        "select distinct on (periksa) hasil, keparahan, kalimat, diamati, batas from audit.hasil_periksa"
        " where gerbang = 'rilis' and subjek = %s and sha256 = %s order by periksa, id_periksa desc",
        [candidate["id_rilis"], candidate["sha256"]],
    ).fetchall()
    failed = [row for row in checks if row["hasil"] != "lulus"]
    lines = [
        f"Kandidat **{candidate['id_rilis']}**, sidik `{candidate['sha256'][:16]}…`",
        *(f"\n**Perhatian:** {line}." for line in decisions.rejections(connection, candidate["id_rilis"])),
        f"\n**Pemeriksaan:** {len(checks) - len(failed)} dari {len(checks)} lulus.",
        *(
            f"- {row['keparahan']}: {row['kalimat']} (diamati {row['diamati'] or '-'}, batas {row['batas'] or '-'})"
            for row in sorted(failed, key=lambda row: row["keparahan"])
        ),
        "\n**Baris tiap tabel:**\n",
        "| Tabel | Baris |\n|---|---:|",
        *(f"| {name} | {fact['baris']} |" for name, fact in sorted(candidate["tabel"].items())[:TABLES_SHOWN]),
    ]
    if connection.execute("select to_regclass('release.perubahan') as tabel").fetchone()["tabel"]:
        changes = connection.execute(
            "select grain, jenis, count(distinct uid) as jumlah from release.perubahan group by grain, jenis"
            " order by grain, jenis"
        ).fetchall()
        lines += ["\n**Perubahan terhadap rilis sebelumnya:**\n", "| Butir | Jenis | Jumlah |\n|---|---|---:|"]
        lines += [f"| {row['grain']} | {row['jenis']} | {row['jumlah']} |" for row in changes]
    return "\n".join(lines)
