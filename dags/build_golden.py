"""
### Apa yang dilakukan
Menyusun kandidat rilis satu bulan: memilih kiriman, membakukan, menanyakan NIK kepada Dukcapil, memadankan identitas,
membangun data emas, mengusulkan penonaktifan dari kasus yang terbukti.
Berjalan setiap kali sebuah kiriman mendarat; berhenti tenang (dilewati) bila bulan belum lengkap atau susunan
kiriman yang sama sudah dibangun.

### Membaca dan menulis
Membaca `pendaratan` dan `buku`. Menulis `rilis.rilis` (kandidat), `staging`, `intermediate`, `identitas`, `golden`,
`casework`, `kasus` (usulan) dan `release`. Memancarkan aset `golden` dengan kunci bulan.

### Bila gagal
Baca galat pada tugas yang merah: nama model dbt atau langkahnya tertulis di sana. Perbaiki penyebabnya lalu bersihkan
(clear) tugas itu; setiap langkah aman diulang. Yang sudah terbit tidak berubah selama DAG ini berjalan.

### Penanggung jawab
Operator Sinkron, dinas sosial kabupaten.
"""

from airflow.sdk import PartitionedAssetTimetable, chain, dag

from sinkron.assets import GOLDEN, LANDED
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, period_params, step


@dag(
    dag_display_name="Bangun data emas",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=LANDED),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=period_params(),
    tags=[Tag.DATA_EMAS],
)
def build_golden():
    chain(step("compose"), step("stage"), step("verify"), step("link"), step("golden"), step("decide", outlet=GOLDEN))


build_golden()
