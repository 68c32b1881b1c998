"""
### Apa yang dilakukan
Mengambil kiriman satu sumber untuk satu bulan dan mendaratkannya: byte asli disimpan, baris diperiksa, yang baik
dimuat, yang rusak dikarantina. Satu DAG untuk setiap `connectors/*/source.yml`, menurut jadwal di berkas itu.

### Membaca dan menulis
Membaca sumber (koneksi `AIRFLOW_CONN_*`). Menulis byte ke folder pendaratan, baris ke `pendaratan`, catatan ke `buku`
dan laporan untuk pengirim ke `<keluar>/laporan`. Memancarkan aset `landed` bila kiriman baru diterima.

### Bila gagal
Kiriman ditolak (galat tanpa ulangan): baca kode di laporan pengirim dan minta kiriman yang benar. Sumber tidak dapat
dihubungi: diulang sendiri, lalu esok hari. Belum ada kiriman, atau kiriman sama: dilewati, bukan galat.

### Penanggung jawab
Pemilik sumber yang disebut dalam `source.yml`; operator Sinkron meneruskan laporannya.
"""

from airflow.sdk import PartitionedAtRuntime, chain, dag

from sinkron.assets import LANDED
from sinkron.cadence import Cadence, by_clock, cadences
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, period_params, step


def ingest(source: Cadence) -> None:
    @dag(
        dag_id=f"ingest_{source.nama}",
        dag_display_name=f"Ambil {source.judul}",
        doc_md=__doc__,
        schedule=by_clock(source.timetable, stopped=PartitionedAtRuntime()),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        params=period_params(),
        tags=[Tag.SUMBER],
    )
    def wiring():
        chain(step("extract", source.nama, once=source.read_once), step("land", source.nama, outlet=LANDED))

    wiring()


for declared in cadences():
    ingest(declared)
