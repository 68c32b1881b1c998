-- What people have decided about identities, the questions put to them, and what the undoing of a merge needs.

create table identitas.pertimbangan (
    id_pertimbangan bigint generated always as identity primary key,
    id_tinjauan text not null check (id_tinjauan ~ '^[[:alnum:]._/-]{1,64}$' and id_tinjauan !~ '[0-9]{9}'),
    grain text not null check (grain in ('individu', 'rumah_tangga')),
    sumber_a text not null,
    id_a text not null,
    sumber_b text not null,
    id_b text not null,
    putusan text not null check (putusan in ('sama', 'beda', 'ragu')),
    oleh text not null check (btrim(oleh) <> '' and oleh !~ '[0-9]{9}'),
    alasan text not null check (length(btrim(alasan)) between 3 and 500 and alasan !~ '[0-9]{9}'),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    pada timestamptz not null default clock_timestamp(),
    unique (sha256, grain, sumber_a, id_a, sumber_b, id_b),
    -- A pair has one spelling.
    check ((sumber_a collate "C", id_a collate "C") < (sumber_b collate "C", id_b collate "C"))
);
comment on table identitas.pertimbangan is 'Putusan manusia atas dua rekaman: sama, beda, ragu; hanya bertambah, berlaku tiap bulan';
comment on column identitas.pertimbangan.alasan is 'Mengapa, tanpa data pribadi';
comment on column identitas.pertimbangan.sha256 is 'Sidik berkas yang membawanya';
create index on identitas.pertimbangan (grain, sumber_a, id_a, sumber_b, id_b);
create trigger hanya_tambah before update or delete or truncate on identitas.pertimbangan
    for each statement execute function identitas.hanya_tambah();

create view identitas.pertimbangan_berlaku as
select distinct on (grain, sumber_a, id_a, sumber_b, id_b)
    id_pertimbangan, id_tinjauan, grain, sumber_a, id_a, sumber_b, id_b, putusan, oleh, alasan, sha256, pada
from identitas.pertimbangan
order by grain, sumber_a, id_a, sumber_b, id_b, id_pertimbangan desc;
comment on view identitas.pertimbangan_berlaku is 'Putusan terakhir atas tiap pasangan rekaman';

create table identitas.tinjauan (
    id_rilis text not null,
    id_tinjauan text not null,
    urutan int not null,
    sumber_a text not null,
    id_a text not null,
    sumber_b text not null,
    id_b text not null,
    uid_a text not null,
    uid_b text not null,
    peluang double precision check (peluang between 0 and 1),
    sebab text not null,
    program boolean not null,
    primary key (id_rilis, id_tinjauan)
);
create index on identitas.tinjauan (id_tinjauan);
comment on table identitas.tinjauan is 'Pasangan orang yang perlu dilihat manusia, per rilis';
comment on column identitas.tinjauan.urutan is 'Yang paling berharga untuk diputuskan dahulu: penerima program, lalu peluang';
comment on column identitas.tinjauan.program is 'Salah satunya menerima program yang masih aktif';
comment on column identitas.tinjauan.peluang is 'Peluang bahwa keduanya satu orang menurut model; kosong bila tidak ditimbang';

alter table rilis.rilis add column pertimbangan_sampai bigint;
comment on column rilis.rilis.pertimbangan_sampai is 'Nomor putusan identitas terakhir yang dipakai saat rilis ini dipadankan';

alter table identitas.peristiwa drop constraint peristiwa_jenis_check;
alter table identitas.peristiwa add constraint peristiwa_jenis_check
    check (jenis in ('baru', 'pecah', 'gabung', 'bubar', 'pisah', 'kembali'));
comment on column identitas.peristiwa.jenis is
'pisah: penggabungan dibatalkan, uid berlaku lagi; kembali: rumah tangga yang pernah pergi';

create table identitas.asal_gabung (
    id_rilis text not null,
    grain text not null check (grain in ('individu', 'rumah_tangga')),
    uid text not null,
    sumber text not null,
    id_sumber text not null,
    primary key (id_rilis, grain, uid, sumber, id_sumber)
);
comment on table identitas.asal_gabung is
'Rekaman tiap uid sebelum penggabungan pada rilis itu: dengan ini penggabungan dapat dibatalkan';
-- Merges from before this table.
insert into identitas.asal_gabung (id_rilis, grain, uid, sumber, id_sumber)
select distinct p.id_rilis, p.grain, t.uid, t.sumber, t.id_sumber
from identitas.peristiwa as p
inner join rilis.rilis as r on p.id_rilis = r.id_rilis
inner join identitas.tautan as t
    on r.id_sebelum = t.id_rilis and p.grain = t.grain and t.uid in (p.uid, p.uid_terkait)
where p.jenis = 'gabung';
