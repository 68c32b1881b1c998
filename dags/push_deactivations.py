"""
### Apa yang dilakukan
Menyusun daftar penonaktifan satu bulan yang sudah terbit, meminta putusan dua orang (tiga bila melebihi batas), lalu
mengirimkannya kepada DTJateng, SIKS-NG dan Simnakis.

### Membaca dan menulis
Membaca `kasus` dan `rilis`. Menulis `antrean` (daftar, keadaan baris, kiriman), `keputusan.putusan`, `audit` (hasil
periksa) dan `<keluar>/siks-ng`.

### Bila gagal
`Susun daftar` merah: gerbang daftar menahan; baca kalimat pemeriksaan yang gagal. `Putuskan daftar` merah: ditolak
atau tidak dijawab, dan itu final, hanya daftar berikutnya dapat menyusul; atau yang menjawab bukan orang yang boleh,
dan belum ada putusan: bersihkan (clear) tugas itu. `Kirim` tidak merah bila penerima tidak terjangkau: kirimannya
menunggu dan dicoba lagi oleh `reconcile_deactivations`.

### Penanggung jawab
Verifikator dan kepala dinas sosial; operator Sinkron.
"""

from airflow.sdk import PartitionedAssetTimetable, chain, dag

from sinkron.assets import PUBLISHED
from sinkron.keputusan import Keputusan
from sinkron.line import STEPS
from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, period_params, step


@dag(
    dag_display_name="Putuskan dan kirim penonaktifan",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=PUBLISHED),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=period_params(),
    tags=[Tag.PENONAKTIFAN],
)
def push_deactivations():
    label = STEPS["authorise"].label
    questions = [
        Keputusan(task_id=f"authorise_{n}", task_display_name=f"{label} ({who})", jenis="push", urutan=n)
        for n, who in enumerate(("verifikator", "kepala", "pihak ketiga"), start=1)
    ]
    chain(step("list"), *questions, step("push"))


push_deactivations()
