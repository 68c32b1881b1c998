"""
### Apa yang dilakukan
Setiap pagi membandingkan buku besar dengan kalender: memberi tahu apa yang terlambat, dan memulai apa yang terlewat
(kiriman bulan lama yang belum datang, bulan lengkap yang belum dibangun, kandidat yang belum diperiksa).

### Membaca dan menulis
Membaca `buku`, `rilis`, `keputusan` dan seed `kalender`. Menulis temuan ke log dan XCom; memancarkan aset `landed`
atau `golden` untuk bulan yang terlewat, dan memulai `ingest_<sumber>` untuk kiriman bulan lama.

### Bila gagal
Basis data tidak dapat dihubungi, atau seed kalender rusak: galatnya menyebut yang mana. Bersihkan (clear) tugas itu.
Temuan `terlambat` bukan kegagalan tugas: hubungi pemilik sumber.

### Penanggung jawab
Operator Sinkron, dinas sosial kabupaten.
"""

from airflow.sdk import CronTriggerTimetable, chain, dag

from sinkron.assets import GOLDEN, LANDED
from sinkron.cadence import by_clock
from sinkron.period import JAKARTA
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS
from sinkron.watch import look, overdue, start, start_ingest


@dag(
    dag_display_name="Awasi bulan berjalan",
    doc_md=__doc__,
    schedule=by_clock(CronTriggerTimetable("0 6 * * *", timezone=JAKARTA.key)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=[Tag.PENGAWASAN],
)
def watch_months():
    found, late = look(), overdue()
    chain(found, late)
    start_ingest(late)
    chain(found, [start("build", LANDED), start("publish", GOLDEN)])


watch_months()
