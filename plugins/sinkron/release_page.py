"""A page for operators inside Airflow's UI: releases, what the gate said, the balance of rows. Counts only.

Airflow does not authenticate a plugin's app (apache/airflow 72655): every route here depends on a login.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from sinkron import database
from sinkron import settings as settings_module

if TYPE_CHECKING:
    from fastapi import FastAPI

RELEASES = f"""
select r.id_rilis, case when p.id_rilis = r.id_rilis then 'aktif' else r.status end as status,
    {database.office_time("r.diterbitkan")} as diterbitkan, r.penyetuju, left(r.sha256, 12) as sidik
from rilis.rilis as r cross join rilis.penunjuk as p
order by r.periode desc, r.revisi desc limit 36
"""
# The last verdict of the gate: it may have judged the same content more than once.
CHECKS = """
select h.id_rilis, h.keparahan, h.hasil, h.kalimat, h.diamati, h.batas
from (
    select distinct on (r.id_rilis, c.periksa) r.id_rilis, r.periode, r.revisi, c.keparahan, c.hasil, c.kalimat,
        c.diamati, c.batas, c.id_periksa
    from audit.hasil_periksa as c join rilis.rilis as r on r.id_rilis = c.subjek and r.sha256 = c.sha256
    where c.gerbang = 'rilis'
    order by r.id_rilis, c.periksa, c.id_periksa desc
) as h
where h.hasil <> 'lulus'
order by h.periode desc, h.revisi desc, h.keparahan, h.id_periksa limit 200
"""
BALANCE = """
select id_rilis, sumber, berkas, diterima, dimuat, dikarantina, diterbitkan, digabung, di_luar_lingkup
from rilis.neraca order by id_rilis desc, sumber, berkas limit 200
"""


def sections() -> list[tuple[str, list[dict[str, Any]]]]:
    """Title and rows of each table of the page."""
    with database.connect(settings_module.load(), name="sinkron halaman rilis") as connection:
        found = [
            ("Rilis", connection.execute(RELEASES).fetchall()),
            ("Pemeriksaan yang tidak lulus", connection.execute(CHECKS).fetchall()),
        ]
        if connection.execute("select to_regclass('rilis.neraca') as tabel").fetchone()["tabel"]:
            found.append(("Neraca baris", connection.execute(BALANCE).fetchall()))
    return found


def page() -> str:
    """The whole page as HTML."""
    parts = [
        "<!doctype html><html lang='id'><meta charset='utf-8'><title>Rilis Sinkron</title>"
        "<style>body{font-family:sans-serif;margin:2rem}td,th{padding:.2rem .8rem;text-align:left;"
        "border-bottom:1px solid #ccc}</style><h1>Rilis Sinkron</h1>"
    ]
    for title, rows in sections():
        parts.append(f"<h2>{title}</h2>")
        if not rows:
            parts.append("<p>Belum ada.</p>")
            continue
        head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
        body = "".join(
            "<tr>" + "".join(f"<td>{escape('' if v is None else str(v))}</td>" for v in row.values()) + "</tr>"
            for row in rows
        )
        parts.append(f"<table><tr>{head}</tr>{body}</table>")
    return "".join(parts)


@cache
def build() -> FastAPI:
    """The app; made at the first request, because every Airflow process loads the plugin but only one serves it."""
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import requires_access_view
    from fastapi import Depends, FastAPI
    from fastapi.responses import HTMLResponse

    login = [Depends(requires_access_view(AccessView.PLUGINS))]
    # The generated documentation would add routes without the login dependency.
    app = FastAPI(title="Rilis Sinkron", dependencies=login, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/", page, methods=["GET"], response_class=HTMLResponse)
    return app


async def app(scope: dict[str, Any], receive: Callable[..., Awaitable], send: Callable[..., Awaitable]) -> None:
    """ASGI entry that Airflow mounts."""
    await build()(scope, receive, send)
