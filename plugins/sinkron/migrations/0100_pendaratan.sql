-- Generated from connectors/*/source.yml by `python -m connectors.generate`; do not edit.
-- One partition a delivery; the step attaches it. No key and no index: rows are read whole.

create table pendaratan.dtjateng_rumah_tangga (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_rt text,
    no_kk text,
    alamat text,
    dusun text,
    rt text,
    rw text,
    kode_kecamatan_bps text,
    nama_desa text,
    kode_desa text,
    peringkat_provinsi smallint,
    status_kepemilikan_rumah text,
    luas_lantai numeric,
    jenis_lantai_terluas text,
    jenis_dinding_terluas text,
    jenis_atap_terluas text,
    sumber_air_minum_utama text,
    sumber_penerangan_utama text,
    daya_terpasang text,
    id_pelanggan_pln text,
    bahan_bakar_utama_memasak text,
    fasilitas_bab text,
    jenis_kloset text,
    pembuangan_akhir_tinja text,
    aset_bergerak_lemari_es text,
    aset_bergerak_ac text,
    aset_bergerak_emas_perhiasan text,
    aset_bergerak_komputer_laptop_tablet text,
    aset_bergerak_sepeda_motor text,
    aset_bergerak_mobil text,
    aset_tidak_bergerak_lahan_lainnya text,
    aset_tidak_bergerak_rumah_lainnya text,
    jumlah_ternak_sapi integer,
    jumlah_ternak_kambing_domba integer,
    anak_putus_sekolah text,
    pembaruan date,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.dtjateng_rumah_tangga is 'Satu baris satu KK menurut DTJateng; beberapa KK dalam satu rumah adalah beberapa baris.';
comment on column pendaratan.dtjateng_rumah_tangga.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.dtjateng_rumah_tangga.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.dtjateng_rumah_tangga.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.dtjateng_rumah_tangga.id_rt is 'Nomor rekaman rumah tangga pada DTJateng';
comment on column pendaratan.dtjateng_rumah_tangga.no_kk is 'Nomor KK';
comment on column pendaratan.dtjateng_rumah_tangga.alamat is 'Alamat';
comment on column pendaratan.dtjateng_rumah_tangga.dusun is 'Dusun';
comment on column pendaratan.dtjateng_rumah_tangga.rt is 'RT tiga angka';
comment on column pendaratan.dtjateng_rumah_tangga.rw is 'RW tiga angka';
comment on column pendaratan.dtjateng_rumah_tangga.kode_kecamatan_bps is 'Kode kecamatan BPS, kosong bila tidak dikirim';
comment on column pendaratan.dtjateng_rumah_tangga.nama_desa is 'Nama desa';
comment on column pendaratan.dtjateng_rumah_tangga.kode_desa is 'Kode desa Kemendagri bertitik, hasil pemadanan saat mendarat; kosong bila kecamatan tidak dikirim';
comment on column pendaratan.dtjateng_rumah_tangga.peringkat_provinsi is 'Peringkat provinsi 1-10, bukan desil nasional';
comment on column pendaratan.dtjateng_rumah_tangga.status_kepemilikan_rumah is 'Status kepemilikan rumah';
comment on column pendaratan.dtjateng_rumah_tangga.luas_lantai is 'Luas lantai (m2)';
comment on column pendaratan.dtjateng_rumah_tangga.jenis_lantai_terluas is 'Jenis lantai terluas';
comment on column pendaratan.dtjateng_rumah_tangga.jenis_dinding_terluas is 'Jenis dinding terluas';
comment on column pendaratan.dtjateng_rumah_tangga.jenis_atap_terluas is 'Jenis atap terluas';
comment on column pendaratan.dtjateng_rumah_tangga.sumber_air_minum_utama is 'Sumber air minum utama';
comment on column pendaratan.dtjateng_rumah_tangga.sumber_penerangan_utama is 'Sumber penerangan utama';
comment on column pendaratan.dtjateng_rumah_tangga.daya_terpasang is 'Daya listrik terpasang';
comment on column pendaratan.dtjateng_rumah_tangga.id_pelanggan_pln is 'Nomor pelanggan PLN';
comment on column pendaratan.dtjateng_rumah_tangga.bahan_bakar_utama_memasak is 'Bahan bakar utama memasak';
comment on column pendaratan.dtjateng_rumah_tangga.fasilitas_bab is 'Fasilitas buang air besar';
comment on column pendaratan.dtjateng_rumah_tangga.jenis_kloset is 'Jenis kloset';
comment on column pendaratan.dtjateng_rumah_tangga.pembuangan_akhir_tinja is 'Pembuangan akhir tinja';
comment on column pendaratan.dtjateng_rumah_tangga.aset_bergerak_lemari_es is 'Memiliki lemari es';
comment on column pendaratan.dtjateng_rumah_tangga.aset_bergerak_ac is 'Memiliki AC';
comment on column pendaratan.dtjateng_rumah_tangga.aset_bergerak_emas_perhiasan is 'Memiliki emas atau perhiasan';
comment on column pendaratan.dtjateng_rumah_tangga.aset_bergerak_komputer_laptop_tablet is 'Memiliki komputer, laptop atau tablet';
comment on column pendaratan.dtjateng_rumah_tangga.aset_bergerak_sepeda_motor is 'Memiliki sepeda motor';
comment on column pendaratan.dtjateng_rumah_tangga.aset_bergerak_mobil is 'Memiliki mobil';
comment on column pendaratan.dtjateng_rumah_tangga.aset_tidak_bergerak_lahan_lainnya is 'Memiliki lahan lain';
comment on column pendaratan.dtjateng_rumah_tangga.aset_tidak_bergerak_rumah_lainnya is 'Memiliki rumah lain';
comment on column pendaratan.dtjateng_rumah_tangga.jumlah_ternak_sapi is 'Jumlah sapi';
comment on column pendaratan.dtjateng_rumah_tangga.jumlah_ternak_kambing_domba is 'Jumlah kambing atau domba';
comment on column pendaratan.dtjateng_rumah_tangga.anak_putus_sekolah is 'Anak putus sekolah menurut provinsi';
comment on column pendaratan.dtjateng_rumah_tangga.pembaruan is 'Tanggal pembaruan rekaman';
comment on column pendaratan.dtjateng_rumah_tangga.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.dtjateng_anggota (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_ind text,
    id_rt text,
    nik text,
    nama text,
    jenis_kelamin text,
    tanggal_lahir date,
    hubungan text,
    nama_ibu text,
    pekerjaan text,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.dtjateng_anggota is 'Satu baris satu rekaman orang di dalam rumah tangga DTJateng.';
comment on column pendaratan.dtjateng_anggota.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.dtjateng_anggota.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.dtjateng_anggota.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.dtjateng_anggota.id_ind is 'Nomor rekaman orang pada DTJateng';
comment on column pendaratan.dtjateng_anggota.id_rt is 'Nomor rekaman rumah tangga';
comment on column pendaratan.dtjateng_anggota.nik is 'NIK sebagaimana dikirim';
comment on column pendaratan.dtjateng_anggota.nama is 'Nama';
comment on column pendaratan.dtjateng_anggota.jenis_kelamin is 'L atau P';
comment on column pendaratan.dtjateng_anggota.tanggal_lahir is 'Tanggal lahir';
comment on column pendaratan.dtjateng_anggota.hubungan is 'Hubungan dengan kepala keluarga (kode SIAK)';
comment on column pendaratan.dtjateng_anggota.nama_ibu is 'Nama ibu';
comment on column pendaratan.dtjateng_anggota.pekerjaan is 'Pekerjaan';
comment on column pendaratan.dtjateng_anggota.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.dtjateng_bantuan (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_rt text,
    id_ind text,
    program text,
    tahun integer,
    sumber_dana text,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.dtjateng_bantuan is 'Satu baris satu bantuan yang diterima seorang anggota dalam satu tahun.';
comment on column pendaratan.dtjateng_bantuan.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.dtjateng_bantuan.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.dtjateng_bantuan.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.dtjateng_bantuan.id_rt is 'Nomor rekaman rumah tangga';
comment on column pendaratan.dtjateng_bantuan.id_ind is 'Nomor rekaman orang';
comment on column pendaratan.dtjateng_bantuan.program is 'Nama program';
comment on column pendaratan.dtjateng_bantuan.tahun is 'Tahun bantuan';
comment on column pendaratan.dtjateng_bantuan.sumber_dana is 'Sumber dana';
comment on column pendaratan.dtjateng_bantuan.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.dtsen_keluarga (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_keluarga text,
    nomor_kartu_keluarga text,
    nama_kepala_keluarga text,
    jumlah_anggota_keluarga integer,
    alamat text,
    dusun text,
    rt text,
    rw text,
    kode_kelurahan_desa text,
    kelurahan_desa text,
    kode_kecamatan text,
    kecamatan text,
    status_kepemilikan_rumah text,
    luas_lantai numeric,
    jenis_lantai_terluas text,
    jenis_dinding_terluas text,
    jenis_atap_terluas text,
    sumber_air_minum_utama text,
    sumber_penerangan_utama text,
    daya_terpasang text,
    id_pelanggan_pln text,
    bahan_bakar_utama_memasak text,
    fasilitas_bab text,
    jenis_kloset text,
    pembuangan_akhir_tinja text,
    aset_bergerak_lemari_es text,
    aset_bergerak_ac text,
    aset_bergerak_emas_perhiasan text,
    aset_bergerak_komputer_laptop_tablet text,
    aset_bergerak_sepeda_motor text,
    aset_bergerak_mobil text,
    aset_tidak_bergerak_lahan_lainnya text,
    aset_tidak_bergerak_rumah_lainnya text,
    jumlah_ternak_sapi integer,
    jumlah_ternak_kambing_domba integer,
    desil_nasional smallint,
    exclude boolean,
    alasan_exclude text,
    tanggal_pemutakhiran date,
    kode_desa text,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.dtsen_keluarga is 'Satu baris satu keluarga (KK) menurut DTSEN.';
comment on column pendaratan.dtsen_keluarga.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.dtsen_keluarga.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.dtsen_keluarga.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.dtsen_keluarga.id_keluarga is 'Nomor rekaman keluarga pada DTSEN';
comment on column pendaratan.dtsen_keluarga.nomor_kartu_keluarga is 'Nomor KK';
comment on column pendaratan.dtsen_keluarga.nama_kepala_keluarga is 'Nama kepala keluarga';
comment on column pendaratan.dtsen_keluarga.jumlah_anggota_keluarga is 'Jumlah anggota keluarga menurut sumber';
comment on column pendaratan.dtsen_keluarga.alamat is 'Alamat';
comment on column pendaratan.dtsen_keluarga.dusun is 'Dusun';
comment on column pendaratan.dtsen_keluarga.rt is 'RT tiga angka';
comment on column pendaratan.dtsen_keluarga.rw is 'RW tiga angka';
comment on column pendaratan.dtsen_keluarga.kode_kelurahan_desa is 'Kode desa sebagaimana dikirim (Kemendagri atau BPS)';
comment on column pendaratan.dtsen_keluarga.kelurahan_desa is 'Nama desa atau kelurahan';
comment on column pendaratan.dtsen_keluarga.kode_kecamatan is 'Kode kecamatan sebagaimana dikirim';
comment on column pendaratan.dtsen_keluarga.kecamatan is 'Nama kecamatan';
comment on column pendaratan.dtsen_keluarga.status_kepemilikan_rumah is 'Status kepemilikan rumah';
comment on column pendaratan.dtsen_keluarga.luas_lantai is 'Luas lantai (m2)';
comment on column pendaratan.dtsen_keluarga.jenis_lantai_terluas is 'Jenis lantai terluas';
comment on column pendaratan.dtsen_keluarga.jenis_dinding_terluas is 'Jenis dinding terluas';
comment on column pendaratan.dtsen_keluarga.jenis_atap_terluas is 'Jenis atap terluas';
comment on column pendaratan.dtsen_keluarga.sumber_air_minum_utama is 'Sumber air minum utama';
comment on column pendaratan.dtsen_keluarga.sumber_penerangan_utama is 'Sumber penerangan utama';
comment on column pendaratan.dtsen_keluarga.daya_terpasang is 'Daya listrik terpasang';
comment on column pendaratan.dtsen_keluarga.id_pelanggan_pln is 'Nomor pelanggan PLN';
comment on column pendaratan.dtsen_keluarga.bahan_bakar_utama_memasak is 'Bahan bakar utama memasak';
comment on column pendaratan.dtsen_keluarga.fasilitas_bab is 'Fasilitas buang air besar';
comment on column pendaratan.dtsen_keluarga.jenis_kloset is 'Jenis kloset';
comment on column pendaratan.dtsen_keluarga.pembuangan_akhir_tinja is 'Pembuangan akhir tinja';
comment on column pendaratan.dtsen_keluarga.aset_bergerak_lemari_es is 'Memiliki lemari es';
comment on column pendaratan.dtsen_keluarga.aset_bergerak_ac is 'Memiliki AC';
comment on column pendaratan.dtsen_keluarga.aset_bergerak_emas_perhiasan is 'Memiliki emas atau perhiasan';
comment on column pendaratan.dtsen_keluarga.aset_bergerak_komputer_laptop_tablet is 'Memiliki komputer, laptop atau tablet';
comment on column pendaratan.dtsen_keluarga.aset_bergerak_sepeda_motor is 'Memiliki sepeda motor';
comment on column pendaratan.dtsen_keluarga.aset_bergerak_mobil is 'Memiliki mobil';
comment on column pendaratan.dtsen_keluarga.aset_tidak_bergerak_lahan_lainnya is 'Memiliki lahan lain';
comment on column pendaratan.dtsen_keluarga.aset_tidak_bergerak_rumah_lainnya is 'Memiliki rumah lain';
comment on column pendaratan.dtsen_keluarga.jumlah_ternak_sapi is 'Jumlah sapi';
comment on column pendaratan.dtsen_keluarga.jumlah_ternak_kambing_domba is 'Jumlah kambing atau domba';
comment on column pendaratan.dtsen_keluarga.desil_nasional is 'Desil nasional 1-10, kosong bila belum ditentukan';
comment on column pendaratan.dtsen_keluarga.exclude is 'Ditandai exclude oleh pusat';
comment on column pendaratan.dtsen_keluarga.alasan_exclude is 'Alasan exclude';
comment on column pendaratan.dtsen_keluarga.tanggal_pemutakhiran is 'Tanggal pemutakhiran rekaman';
comment on column pendaratan.dtsen_keluarga.kode_desa is 'Kode desa Kemendagri bertitik, hasil pemadanan saat mendarat';
comment on column pendaratan.dtsen_keluarga.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.dtsen_anggota (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_anggota text,
    id_keluarga text,
    nomor_induk_kependudukan text,
    nomor_kartu_keluarga text,
    nama text,
    jenis_kelamin text,
    tempat_lahir text,
    tanggal_lahir date,
    nama_ibu_kandung text,
    status_hubungan_keluarga text,
    status_kawin text,
    keberadaan text,
    pekerjaan text,
    partisipasi_sekolah text,
    penyakit_kronis text,
    disabilitas text,
    pbi_nas boolean,
    pbi_pemda boolean,
    catatan_evaluasi text,
    tanggal_pemutakhiran date,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.dtsen_anggota is 'Satu baris satu rekaman orang di dalam keluarga DTSEN.';
comment on column pendaratan.dtsen_anggota.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.dtsen_anggota.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.dtsen_anggota.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.dtsen_anggota.id_anggota is 'Nomor rekaman orang pada DTSEN';
comment on column pendaratan.dtsen_anggota.id_keluarga is 'Nomor rekaman keluarga';
comment on column pendaratan.dtsen_anggota.nomor_induk_kependudukan is 'NIK sebagaimana dikirim';
comment on column pendaratan.dtsen_anggota.nomor_kartu_keluarga is 'Nomor KK sebagaimana dikirim';
comment on column pendaratan.dtsen_anggota.nama is 'Nama';
comment on column pendaratan.dtsen_anggota.jenis_kelamin is 'L atau P';
comment on column pendaratan.dtsen_anggota.tempat_lahir is 'Tempat lahir';
comment on column pendaratan.dtsen_anggota.tanggal_lahir is 'Tanggal lahir';
comment on column pendaratan.dtsen_anggota.nama_ibu_kandung is 'Nama ibu kandung';
comment on column pendaratan.dtsen_anggota.status_hubungan_keluarga is 'Hubungan dengan kepala keluarga (kode Regsosek)';
comment on column pendaratan.dtsen_anggota.status_kawin is 'Status kawin';
comment on column pendaratan.dtsen_anggota.keberadaan is 'Keberadaan anggota';
comment on column pendaratan.dtsen_anggota.pekerjaan is 'Pekerjaan';
comment on column pendaratan.dtsen_anggota.partisipasi_sekolah is 'Partisipasi sekolah';
comment on column pendaratan.dtsen_anggota.penyakit_kronis is 'Penyakit kronis';
comment on column pendaratan.dtsen_anggota.disabilitas is 'Disabilitas';
comment on column pendaratan.dtsen_anggota.pbi_nas is 'Peserta PBI-JK pusat';
comment on column pendaratan.dtsen_anggota.pbi_pemda is 'Peserta PBI pemda';
comment on column pendaratan.dtsen_anggota.catatan_evaluasi is 'Catatan evaluasi pusat, hanya untuk evaluasi';
comment on column pendaratan.dtsen_anggota.tanggal_pemutakhiran is 'Tanggal pemutakhiran rekaman';
comment on column pendaratan.dtsen_anggota.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.dtsen_kepesertaan (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_keluarga text,
    id_anggota text,
    program text,
    periode_salur text,
    status text,
    sumber_dana text,
    nominal numeric,
    nama_penerima text,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.dtsen_kepesertaan is 'Satu baris satu kepesertaan program dalam satu periode salur.';
comment on column pendaratan.dtsen_kepesertaan.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.dtsen_kepesertaan.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.dtsen_kepesertaan.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.dtsen_kepesertaan.id_keluarga is 'Nomor rekaman keluarga';
comment on column pendaratan.dtsen_kepesertaan.id_anggota is 'Nomor rekaman orang (program perorangan)';
comment on column pendaratan.dtsen_kepesertaan.program is 'Nama program';
comment on column pendaratan.dtsen_kepesertaan.periode_salur is 'Periode salur';
comment on column pendaratan.dtsen_kepesertaan.status is 'Status kepesertaan';
comment on column pendaratan.dtsen_kepesertaan.sumber_dana is 'Sumber dana';
comment on column pendaratan.dtsen_kepesertaan.nominal is 'Nominal (rupiah)';
comment on column pendaratan.dtsen_kepesertaan.nama_penerima is 'Nama penerima';
comment on column pendaratan.dtsen_kepesertaan.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.simnakis_keluarga (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id text,
    no_kk text,
    nik_kepala text,
    alamat text,
    dusun text,
    rt text,
    rw text,
    kode_desa text,
    lat numeric,
    lon numeric,
    status text,
    status_kepemilikan_rumah text,
    luas_lantai numeric,
    jenis_lantai_terluas text,
    jenis_dinding_terluas text,
    jenis_atap_terluas text,
    sumber_air_minum_utama text,
    sumber_penerangan_utama text,
    daya_terpasang text,
    id_pelanggan_pln text,
    bahan_bakar_utama_memasak text,
    fasilitas_bab text,
    jenis_kloset text,
    pembuangan_akhir_tinja text,
    aset_bergerak_lemari_es text,
    aset_bergerak_ac text,
    aset_bergerak_emas_perhiasan text,
    aset_bergerak_komputer_laptop_tablet text,
    aset_bergerak_sepeda_motor text,
    aset_bergerak_mobil text,
    aset_tidak_bergerak_lahan_lainnya text,
    aset_tidak_bergerak_rumah_lainnya text,
    jumlah_ternak_sapi integer,
    jumlah_ternak_kambing_domba integer,
    diubah timestamptz,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.simnakis_keluarga is 'Satu baris satu keluarga menurut Simnakis.';
comment on column pendaratan.simnakis_keluarga.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.simnakis_keluarga.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.simnakis_keluarga.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.simnakis_keluarga.id is 'Nomor rekaman keluarga pada Simnakis';
comment on column pendaratan.simnakis_keluarga.no_kk is 'Nomor KK';
comment on column pendaratan.simnakis_keluarga.nik_kepala is 'NIK kepala keluarga sebagaimana dikirim';
comment on column pendaratan.simnakis_keluarga.alamat is 'Alamat';
comment on column pendaratan.simnakis_keluarga.dusun is 'Dusun';
comment on column pendaratan.simnakis_keluarga.rt is 'RT tiga angka';
comment on column pendaratan.simnakis_keluarga.rw is 'RW tiga angka';
comment on column pendaratan.simnakis_keluarga.kode_desa is 'Kode desa Kemendagri bertitik';
comment on column pendaratan.simnakis_keluarga.lat is 'Lintang';
comment on column pendaratan.simnakis_keluarga.lon is 'Bujur';
comment on column pendaratan.simnakis_keluarga.status is 'Status keluarga';
comment on column pendaratan.simnakis_keluarga.status_kepemilikan_rumah is 'Status kepemilikan rumah';
comment on column pendaratan.simnakis_keluarga.luas_lantai is 'Luas lantai (m2)';
comment on column pendaratan.simnakis_keluarga.jenis_lantai_terluas is 'Jenis lantai terluas';
comment on column pendaratan.simnakis_keluarga.jenis_dinding_terluas is 'Jenis dinding terluas';
comment on column pendaratan.simnakis_keluarga.jenis_atap_terluas is 'Jenis atap terluas';
comment on column pendaratan.simnakis_keluarga.sumber_air_minum_utama is 'Sumber air minum utama';
comment on column pendaratan.simnakis_keluarga.sumber_penerangan_utama is 'Sumber penerangan utama';
comment on column pendaratan.simnakis_keluarga.daya_terpasang is 'Daya listrik terpasang';
comment on column pendaratan.simnakis_keluarga.id_pelanggan_pln is 'Nomor pelanggan PLN';
comment on column pendaratan.simnakis_keluarga.bahan_bakar_utama_memasak is 'Bahan bakar utama memasak';
comment on column pendaratan.simnakis_keluarga.fasilitas_bab is 'Fasilitas buang air besar';
comment on column pendaratan.simnakis_keluarga.jenis_kloset is 'Jenis kloset';
comment on column pendaratan.simnakis_keluarga.pembuangan_akhir_tinja is 'Pembuangan akhir tinja';
comment on column pendaratan.simnakis_keluarga.aset_bergerak_lemari_es is 'Memiliki lemari es';
comment on column pendaratan.simnakis_keluarga.aset_bergerak_ac is 'Memiliki AC';
comment on column pendaratan.simnakis_keluarga.aset_bergerak_emas_perhiasan is 'Memiliki emas atau perhiasan';
comment on column pendaratan.simnakis_keluarga.aset_bergerak_komputer_laptop_tablet is 'Memiliki komputer, laptop atau tablet';
comment on column pendaratan.simnakis_keluarga.aset_bergerak_sepeda_motor is 'Memiliki sepeda motor';
comment on column pendaratan.simnakis_keluarga.aset_bergerak_mobil is 'Memiliki mobil';
comment on column pendaratan.simnakis_keluarga.aset_tidak_bergerak_lahan_lainnya is 'Memiliki lahan lain';
comment on column pendaratan.simnakis_keluarga.aset_tidak_bergerak_rumah_lainnya is 'Memiliki rumah lain';
comment on column pendaratan.simnakis_keluarga.jumlah_ternak_sapi is 'Jumlah sapi';
comment on column pendaratan.simnakis_keluarga.jumlah_ternak_kambing_domba is 'Jumlah kambing atau domba';
comment on column pendaratan.simnakis_keluarga.diubah is 'Saat rekaman terakhir diubah';
comment on column pendaratan.simnakis_keluarga.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.simnakis_anggota (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id text,
    id_keluarga text,
    nik text,
    nama text,
    jenis_kelamin text,
    tanggal_lahir date,
    hubungan text,
    nama_ibu text,
    status_hidup text,
    tanggal_meninggal date,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.simnakis_anggota is 'Satu baris satu rekaman orang di dalam keluarga Simnakis.';
comment on column pendaratan.simnakis_anggota.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.simnakis_anggota.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.simnakis_anggota.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.simnakis_anggota.id is 'Nomor rekaman orang pada Simnakis';
comment on column pendaratan.simnakis_anggota.id_keluarga is 'Nomor rekaman keluarga';
comment on column pendaratan.simnakis_anggota.nik is 'NIK sebagaimana dikirim';
comment on column pendaratan.simnakis_anggota.nama is 'Nama';
comment on column pendaratan.simnakis_anggota.jenis_kelamin is 'L atau P';
comment on column pendaratan.simnakis_anggota.tanggal_lahir is 'Tanggal lahir';
comment on column pendaratan.simnakis_anggota.hubungan is 'Hubungan dengan kepala keluarga';
comment on column pendaratan.simnakis_anggota.nama_ibu is 'Nama ibu';
comment on column pendaratan.simnakis_anggota.status_hidup is 'Hidup atau meninggal';
comment on column pendaratan.simnakis_anggota.tanggal_meninggal is 'Tanggal meninggal';
comment on column pendaratan.simnakis_anggota.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';

create table pendaratan.simnakis_kepesertaan (
    id_kiriman text not null,
    nomor_baris integer not null,
    nasib text check (nasib in ('digabung', 'di_luar_lingkup')),
    id_keluarga text,
    program text,
    mulai date,
    selesai date,
    mentah jsonb
) partition by list (id_kiriman);
comment on table pendaratan.simnakis_kepesertaan is 'Satu baris satu program kabupaten yang diterima keluarga.';
comment on column pendaratan.simnakis_kepesertaan.id_kiriman is 'Kiriman asal baris ini';
comment on column pendaratan.simnakis_kepesertaan.nomor_baris is 'Nomor baris data pada berkasnya, atau urutan dalam pembacaannya';
comment on column pendaratan.simnakis_kepesertaan.nasib is 'Kosong bila diolah lebih lanjut; digabung = kembar dalam kiriman; di_luar_lingkup = kabupaten lain';
comment on column pendaratan.simnakis_kepesertaan.id_keluarga is 'Nomor rekaman keluarga';
comment on column pendaratan.simnakis_kepesertaan.program is 'Nama program';
comment on column pendaratan.simnakis_kepesertaan.mulai is 'Mulai';
comment on column pendaratan.simnakis_kepesertaan.selesai is 'Selesai, kosong bila masih berjalan';
comment on column pendaratan.simnakis_kepesertaan.mentah is 'Nilai mentah yang tidak terbaca, per kolom; kosong untuk kebanyakan baris';
