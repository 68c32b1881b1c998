-- Schemas that no rebuild may lose, the ledger, decisions and check results.
create extension if not exists pgcrypto;

create schema pendaratan;
comment on schema pendaratan is 'Baris kiriman sumber yang sudah mendarat, satu partisi per kiriman';
create schema if not exists buku;
comment on schema buku is 'Buku besar: kiriman, jalannya langkah, neraca';
create schema identitas;
comment on schema identitas is 'Registri uid, peristiwa identitas, putusan manusia';
create schema keputusan;
comment on schema keputusan is 'Putusan manusia atas rilis dan daftar';
create schema audit;
comment on schema audit is 'Hasil pemeriksaan dan jejak baca';
create schema rilis;
comment on schema rilis is 'Tabel rilis, satu partisi per rilis, dan penunjuk rilis aktif';
create schema publikasi;
comment on schema publikasi is 'Yang dibaca OPD: data tersamar';
create schema publikasi_penuh;
comment on schema publikasi_penuh is 'Yang dibaca petugas berwenang: data beridentitas';

create domain buku.periode as text check (value ~ '^\d{4}-(0[1-9]|1[0-2])$');

create table buku.instalasi (
    satu boolean primary key default true check (satu),
    sidik_kunci text not null,
    dibuat timestamptz not null default now()
);

create table buku.kiriman (
    id_kiriman text primary key,
    urutan bigint generated always as identity unique,
    sumber text not null,
    periode buku.periode not null,
    revisi_sumber int not null,
    sha256 text not null,
    sha256_isi text,
    status text not null check (status in ('disimpan', 'diterima', 'ditolak', 'sama', 'digantikan')),
    kode text,
    pesan text,
    keterangan jsonb not null default '{}',
    ukuran jsonb not null default '{}',
    diterima timestamptz not null default now(),
    unique (sumber, periode, sha256),
    constraint ditolak_dengan_kode check (status <> 'ditolak' or kode is not null)
);
comment on table buku.kiriman is 'Setiap kiriman yang byte-nya disimpan, juga yang ditolak';
create index on buku.kiriman (sumber, periode, status);

create table buku.berkas (
    id_kiriman text not null references buku.kiriman,
    urutan int not null,
    nama text not null,
    sha256 text not null,
    ukuran bigint not null,
    primary key (id_kiriman, urutan)
);

create table buku.pendaratan (
    id_kiriman text not null references buku.kiriman,
    berkas text not null,
    diterima bigint not null check (diterima >= 0),
    dimuat bigint not null check (dimuat >= 0),
    dikarantina bigint not null check (dikarantina >= 0),
    primary key (id_kiriman, berkas),
    constraint neraca_pendaratan check (diterima = dimuat + dikarantina)
);
comment on table buku.pendaratan is 'Neraca pendaratan: tiap baris diterima dimuat atau dikarantina';

create table buku.susunan (
    id_rilis text not null,
    sumber text not null,
    id_kiriman text not null references buku.kiriman,
    lama boolean not null default false,
    primary key (id_rilis, sumber)
);
comment on table buku.susunan is 'Kiriman yang menyusun sebuah rilis';

create table buku.token (
    kunci text primary key,
    token bigint not null
);
comment on table buku.token is 'Token pagar: penulis dengan token lama ditolak';

create table buku.jalan (
    id_jalan bigint generated always as identity primary key,
    langkah text not null,
    periode buku.periode not null,
    sumber text,
    token bigint,
    mulai timestamptz not null default clock_timestamp(),
    selesai timestamptz,
    hasil text not null default 'berjalan' check (hasil in ('berjalan', 'selesai', 'gagal')),
    hitungan jsonb not null default '{}',
    galat text
);
create index on buku.jalan (periode, langkah);

create table buku.model (
    id_jalan bigint not null references buku.jalan,
    model text not null,
    status text not null,
    baris bigint,
    detik numeric(10, 3) not null,
    primary key (id_jalan, model)
);
comment on table buku.model is 'Hasil dbt per model, seed dan uji';

create table pendaratan.karantina (
    id_kiriman text not null references buku.kiriman,
    berkas text not null,
    nomor_baris int not null,
    id_sumber text,
    kode text not null,
    primary key (id_kiriman, berkas, nomor_baris)
);

create table pendaratan.masalah (
    id_kiriman text not null references buku.kiriman,
    berkas text not null,
    nomor_baris int not null,
    id_sumber text,
    kolom text not null,
    kode text not null
);
create index on pendaratan.masalah (id_kiriman);

create table rilis.rilis (
    id_rilis text primary key,
    periode buku.periode not null,
    revisi int not null check (revisi >= 1),
    status text not null check (status in ('kandidat', 'ditahan', 'terbit', 'digantikan', 'ditarik')),
    sidik_susunan text not null,
    sidik_kode text not null,
    sha256 text,
    tabel jsonb not null default '{}',
    gerbang jsonb not null default '{}',
    id_sebelum text references rilis.rilis,
    dibuat timestamptz not null default now(),
    dibangun timestamptz,
    diputuskan timestamptz,
    diterbitkan timestamptz,
    penyetuju text,
    unique (periode, revisi),
    check (id_rilis = periode || '/' || revisi),
    check (status not in ('terbit', 'digantikan') or (sha256 is not null and diterbitkan is not null))
);
comment on column rilis.rilis.dibangun is 'Sejak kapan schema release berisi tabel kandidat ini; kosong bila tidak';
comment on table rilis.rilis is 'Setiap rilis: kandidat, ditahan, terbit, digantikan, ditarik';

create table rilis.penunjuk (
    satu boolean primary key default true check (satu),
    id_rilis text references rilis.rilis,
    digeser timestamptz not null default now()
);
insert into rilis.penunjuk default values;
comment on table rilis.penunjuk is 'Satu baris: rilis yang dilihat pembaca';

create table keputusan.putusan (
    id_putusan bigint generated always as identity primary key,
    id_rilis text not null references rilis.rilis,
    jenis text not null check (jenis in ('publish', 'push')),
    urutan int not null default 1,
    sha256 text not null,
    jawaban text not null check (jawaban in ('setuju', 'tolak')),
    oleh text not null,
    otomatis boolean not null,
    pada timestamptz not null,
    masukan jsonb not null default '{}',
    unique (sha256, jenis, urutan)
);
comment on table keputusan.putusan is 'Jawaban pertama atas sebuah kandidat bersifat final; hanya ditambah';

create function keputusan.hanya_tambah() returns trigger language plpgsql as $$
begin
    raise exception 'keputusan.putusan hanya dapat ditambah: % ditolak', tg_op;
end $$;
create trigger hanya_tambah before update or delete or truncate on keputusan.putusan
    for each statement execute function keputusan.hanya_tambah();

create table audit.hasil_periksa (
    id_periksa bigint generated always as identity primary key,
    gerbang text not null,
    subjek text not null,
    sha256 text,
    periksa text not null,
    kalimat text not null,
    keparahan text not null check (keparahan in ('kritis', 'peringatan', 'info')),
    hasil text not null check (hasil in ('lulus', 'gagal', 'galat')),
    diamati text,
    batas text,
    pada timestamptz not null default now()
);
create index on audit.hasil_periksa (gerbang, subjek);
comment on table audit.hasil_periksa is 'Satu baris per pemeriksaan, gerbang dan subjek (kiriman atau rilis)';

create table audit.putusan_gerbang (
    gerbang text not null,
    subjek text not null,
    sha256 text not null default '',
    putusan text not null check (putusan in ('lulus', 'peringatan', 'gagal', 'galat')),
    diharapkan int not null check (diharapkan > 0),
    dinilai int not null,
    pada timestamptz not null default now(),
    primary key (gerbang, subjek, sha256),
    -- A gate that did not look at everything has not passed.
    check (putusan not in ('lulus', 'peringatan') or dinilai = diharapkan)
);
