"""
### Apa yang dilakukan
Setiap pagi membaca tanda terima DTJateng dan hasil SIKS-NG, mencocokkan yang sudah dikirim dengan rilis yang
dibaca, mencoba lagi kiriman yang belum diterima, menyampaikan hasil kepada pengadu melalui Bratasena, dan menulis
laporan bulanan.

### Membaca dan menulis
Membaca `kasus.pencocokan` dan `<masuk>/siks-ng/hasil`. Menulis `antrean` dan `<keluar>/laporan/penonaktifan`.

### Bila gagal
Penerima yang tidak terjangkau bukan kegagalan: hitungannya menyebut yang mana dan sebabnya. Baca `antrean.alarm` untuk
yang harus dilihat orang; tugas ini aman dibersihkan (clear).

### Penanggung jawab
Operator Sinkron, dinas sosial kabupaten.
"""

from airflow.sdk import CronTriggerTimetable, dag

from sinkron.cadence import by_clock
from sinkron.period import JAKARTA
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, period_params, reconcile


@dag(
    dag_display_name="Cocokkan penonaktifan",
    doc_md=__doc__,
    schedule=by_clock(CronTriggerTimetable("0 5 * * *", timezone=JAKARTA.key)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=period_params(),
    tags=[Tag.PENONAKTIFAN],
)
def reconcile_deactivations():
    reconcile()


reconcile_deactivations()
