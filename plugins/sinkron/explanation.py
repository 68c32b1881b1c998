"""`make mengapa-sama`: why two records of the month that was built last are one person, or are not."""

from __future__ import annotations

from sinkron import ledger, transport
from sinkron.settings import Settings, SettingsError
from sinkron.steps import link


def run(settings: Settings, a: str, b: str) -> list[str]:
    """What each stage of the linkage says about two records (`sumber:id_sumber`), one line each; no personal values.

    The month is linked again from the same input, with the judgements that were in force then; nothing is written.
    Raises NotReady before a first month was built, SettingsError when a record is unknown or not named as expected.
    """
    from linkage.explain import UnknownRecord, explain

    one, other = (_record(name, text) for name, text in (("A", a), ("B", b)))
    built = ledger.last_built(settings)
    with transport.work_folder(settings, "mengapa") as folder:
        con = transport.workspace(folder)
        link.read(settings, con, built | {"pertimbangan": built["pertimbangan_sampai"]}, folder)
        try:
            reasons = explain(con, settings.installation_key, built["id_rilis"], one, other)
        except UnknownRecord as error:
            raise SettingsError(f"{built['id_rilis']}: {error}") from None
        finally:
            con.close()
    weights = [f"{reason.bobot:+8.2f}" if reason.bobot is not None else " " * 8 for reason in reasons]
    return [f"{r.tahap:<14}{w}  {r.kata}" for r, w in zip(reasons, weights, strict=True)]


def _record(name: str, text: str) -> tuple[str, str]:
    sumber, colon, id_sumber = text.partition(":")
    if not (sumber and colon and id_sumber):
        raise SettingsError(f"{name}: expected <sumber>:<id_sumber> as in `tautan`, for example dtsen:<id_anggota>")
    return sumber, id_sumber
