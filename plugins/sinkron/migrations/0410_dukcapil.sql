-- Dukcapil's verdicts: only the verdict and its instant, never a copy of its data (contracts/sources.md 6).

create table identitas.verdik_dukcapil (
    id_verdik bigint generated always as identity primary key,
    nik text not null check (nik ~ '^[0-9]{16}$'),
    sidik text not null,
    hasil text not null check (hasil in (
        'padan', 'padan_nama_beda', 'tidak_padan_tgl_lahir', 'nik_tidak_ditemukan', 'nik_ganda', 'meninggal',
        'pindah_luar_kab'
    )),
    nik_aktif text check (nik_aktif ~ '^[0-9]{16}$' and nik_aktif <> nik),
    tanggal_meninggal date check (tanggal_meninggal is null or hasil = 'meninggal'),
    pada timestamptz not null default clock_timestamp()
);
comment on table identitas.verdik_dukcapil is 'Setiap verdik Dukcapil atas NIK yang ditanyakan; hanya bertambah';
comment on column identitas.verdik_dukcapil.sidik is 'Sidik berkunci atas nama, tanggal lahir, dan jenis kelamin yang ditanyakan';
create function identitas.hanya_tambah() returns trigger language plpgsql as $$
begin
    raise exception 'identitas.% hanya dapat ditambah: % ditolak', tg_table_name, tg_op;
end $$;
create trigger hanya_tambah before update or delete or truncate on identitas.verdik_dukcapil
    for each statement execute function identitas.hanya_tambah();

create table identitas.verdik_kandidat (
    id_rilis text not null,
    nik text not null,
    hasil text not null,
    nik_aktif text,
    tanggal_meninggal date,
    pada date not null,
    baru boolean not null
);
comment on table identitas.verdik_kandidat is 'Verdik yang dipakai kandidat terakhir, satu baris per NIK; ditulis ulang langkah verify';
comment on column identitas.verdik_kandidat.baru is 'Lebih baru daripada verdik yang dipakai rilis sebelumnya';

create table identitas.alias (
    id_rilis text not null,
    uid text not null,
    nik text not null,
    nik_aktif text not null,
    primary key (id_rilis, uid, nik)
);
comment on table identitas.alias is 'NIK lama orang ini dan NIK aktifnya menurut Dukcapil, per rilis';

alter table rilis.rilis
    add column verdik_sampai bigint,
    add column dukcapil text check (dukcapil in ('diperiksa', 'tidak_terhubung', 'tidak_menjawab'));
comment on column rilis.rilis.verdik_sampai is 'Nomor verdik Dukcapil terakhir yang dipakai; yang lebih baru menunggu rilis berikutnya';
comment on column rilis.rilis.dukcapil is 'Apakah Dukcapil sempat ditanya untuk kandidat ini';
