"""
### Apa yang dilakukan
Memeriksa kandidat rilis satu bulan, meminta putusan seorang penyetuju, lalu menerbitkannya dengan menggeser penunjuk.
Sesudah itu rilis ditulis sebagai CSV, Parquet dan XLSX.

### Membaca dan menulis
Membaca `release` dan `keputusan.putusan`. Menulis `audit` (hasil periksa), `keputusan.putusan`, `rilis` (partisi dan
penunjuk), `<keluar>/rilis` dan `<keluar>/ekspor`. Memancarkan aset `published` dengan kunci bulan.

### Bila gagal
`Periksa` merah: gerbang menahan kandidat; baca kalimat pemeriksaan yang gagal, perbaiki sumbernya, bangun lagi.
`Putuskan` merah: ditolak atau tidak dijawab sampai batas waktu; putusan itu final, hanya kandidat baru yang dapat
menyusul. `Terbitkan` merah: tidak ada yang terbit setengah; bersihkan (clear) tugas itu bila penyebabnya sudah hilang.
`Ekspor` merah: bulan itu tetap terbit, hanya berkasnya belum ada; bersihkan tugas itu, atau `make export`.

### Penanggung jawab
Penyetuju yang ditunjuk dinas sosial; operator Sinkron.
"""

from airflow.sdk import PartitionedAssetTimetable, chain, dag

from sinkron.assets import GOLDEN, PUBLISHED
from sinkron.keputusan import Keputusan
from sinkron.line import STEPS
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, period_params, step


@dag(
    dag_display_name="Periksa, putuskan, terbitkan",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=GOLDEN),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=period_params(),
    tags=[Tag.PENERBITAN],
)
def publish():
    approve = Keputusan(task_id="approve", task_display_name=STEPS["approve"].label, jenis="publish")
    chain(step("audit"), approve, step("publish", outlet=PUBLISHED), step("export"))


publish()
