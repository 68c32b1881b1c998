"""
### Apa yang dilakukan
Mengembalikan penunjuk ke rilis lama yang disebut, dan menarik rilis yang sekarang aktif. Dijalankan oleh orang, dengan
alasan tertulis.

### Membaca dan menulis
Membaca `rilis.rilis`. Menulis penunjuk, status rilis dan catatan siapa, kapan dan mengapa.

### Bila gagal
Rilis tidak dikenal atau tidak pernah terbit: periksa `id_rilis` di `publikasi.rilis`. Penunjuk tidak berubah bila
tugas ini merah.

### Penanggung jawab
Kepala dinas atau yang ditunjuknya; operator Sinkron menjalankan.
"""

from airflow.sdk import Param, dag

from sinkron.tags import Tag
from sinkron.tasks import DEFAULTS, rollback


@dag(
    dag_display_name="Kembalikan rilis",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS | {"retries": 0},
    params={
        "id_rilis": Param(
            type="string", pattern=r"^\d{4}-(0[1-9]|1[0-2])/[1-9]\d*$", title="Rilis tujuan, YYYY-MM/revisi"
        ),
        "alasan": Param(type="string", minLength=10, maxLength=500, title="Alasan (tanpa data pribadi)"),
    },
    tags=[Tag.DARURAT],
)
def rollback_release():
    rollback()


rollback_release()
