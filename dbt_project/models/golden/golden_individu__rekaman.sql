-- One row per person record, with its uid. `ke` = 1 is the person's newest record of that source.
select
    rekaman.sumber, rekaman.id_sumber, rekaman.id_keluarga, rekaman.id_kiriman, rekaman.nomor_baris, rekaman.prioritas,
    rekaman.nik_mentah, rekaman.bentuk_nik, rekaman.nik, rekaman.nama, rekaman.jenis_kelamin, rekaman.tanggal_lahir,
    rekaman.hubungan, rekaman.status_hidup, rekaman.tanggal_meninggal, rekaman.keberadaan, rekaman.pbi_nas,
    rekaman.pbi_pemda, rekaman.kode_desa, rekaman.tanggal,
    tautan.uid,
    tautan.utama,
    tautan.aturan,
    tautan.ke
from {{ ref('int_individu__rekaman') }} as rekaman
inner join {{ source('identitas', 'tautan') }} as tautan
    on rekaman.sumber = tautan.sumber and rekaman.id_sumber = tautan.id_sumber
where tautan.id_rilis = {{ id_rilis() }} and tautan.grain = 'individu'
