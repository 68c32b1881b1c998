"""
### Apa yang dilakukan
Setiap pagi membaca perubahan aduan, pengajuan, atau verifikasi lapangan sejak pembacaan terakhir dan mendaratkannya:
byte asli disimpan, setiap perubahan menjadi satu baris, yang tidak terbaca dikarantina. Satu DAG untuk setiap
`connectors/*/feed.yml`.

### Membaca dan menulis
Membaca Bratasena atau Simnakis (koneksi `AIRFLOW_CONN_*`). Menulis byte ke folder pendaratan, baris ke `kasus` dan
`pelapor`, catatan ke `buku` menurut bulan kalender pembacaan. Tidak memulai pembangunan bulan.

### Bila gagal
Sumber tidak dapat dihubungi: diulang sendiri, lalu esok hari; kursor tidak bergeser sebelum barisnya mendarat, jadi
tidak ada yang hilang. Koneksi belum diisi: dilewati. Kursor berulang atau bentuk halaman berubah: hubungi pemilik
sumber.

### Penanggung jawab
Pemilik sumber yang disebut dalam `feed.yml`; operator Sinkron, dinas sosial kabupaten.
"""

from airflow.sdk import CronTriggerTimetable, dag

from sinkron.cadence import FeedCadence, by_clock, feed_cadences
from sinkron.period import JAKARTA
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, read_feed


def feed(declared: FeedCadence) -> None:
    @dag(
        dag_id=f"feed_{declared.nama}",
        dag_display_name=f"Baca {declared.judul}",
        doc_md=__doc__,
        schedule=by_clock(CronTriggerTimetable(declared.jadwal, timezone=JAKARTA.key)),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        tags=[Tag.SUMBER],
    )
    def wiring():
        read_feed(declared.nama)

    wiring()


for found in feed_cadences():
    feed(found)
