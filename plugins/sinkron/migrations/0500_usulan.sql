-- Proposals of deactivation, what holds them, what takes them back, and what later months show of them.

create schema antrean;
comment on schema antrean is 'Yang dikirim ke luar: keadaan setiap baris pada setiap penerima, kiriman dan isinya';

create function antrean.hanya_tambah() returns trigger language plpgsql as $$
begin
    raise exception '%.% hanya dapat ditambah: % ditolak', tg_table_schema, tg_table_name, tg_op;
end $$;

create table kasus.usulan (
    id_baris text primary key check (id_baris ~ '^[0-9a-f]{64}$'),
    uid_rumah_tangga text not null,
    uid_individu text,
    program text not null,
    kode_alasan text not null,
    bulan_efektif buku.periode not null,
    bukti text not null check (btrim(bukti) <> ''),
    tanggal_verifikasi date not null,
    asal text not null check (asal in ('aduan', 'berkala', 'graduasi_mandiri', 'dukcapil')),
    sumber_kasus text check (sumber_kasus in ('aduan', 'pengajuan')),
    id_kasus text,
    petugas text,
    kode_desa text,
    id_rilis text not null references rilis.rilis,
    diusulkan timestamptz not null default clock_timestamp(),
    constraint kasus_dengan_sumber check ((sumber_kasus is null) = (id_kasus is null)),
    constraint aduan_dengan_petugas check (asal not in ('aduan', 'berkala') or petugas is not null)
);
comment on table kasus.usulan is 'Satu baris satu penonaktifan: satu program dari satu keluarga atau orang; hanya bertambah';
comment on column kasus.usulan.id_baris is 'HMAC kunci instalasi atas uid|program|kode_alasan|bulan_efektif';
comment on column kasus.usulan.bukti is 'Nomor verifikasi lapangan, nomor pengajuan, atau dukcapil:<tanggal>';
comment on column kasus.usulan.id_rilis is 'Kandidat yang pertama kali mengusulkan';
create trigger hanya_tambah before update or delete or truncate on kasus.usulan
    for each statement execute function antrean.hanya_tambah();

create table kasus.usulan_rilis (
    id_rilis text not null references rilis.rilis,
    id_baris text not null references kasus.usulan,
    primary key (id_rilis, id_baris)
);
comment on table kasus.usulan_rilis is 'Usulan yang masih berdasar menurut sebuah rilis';

create table kasus.pencocokan (
    id_rilis text not null references rilis.rilis,
    id_baris text not null references kasus.usulan,
    tujuan text not null,
    hasil text not null check (hasil in ('tercermin', 'belum_tercermin')),
    cara text not null check (cara in ('tidak_aktif', 'keluarga_hilang', 'masih_aktif', 'dijawab')),
    primary key (id_rilis, id_baris, tujuan)
);
comment on table kasus.pencocokan is 'Apakah kiriman bulan ini sudah mencerminkan penonaktifan, menurut sebuah rilis';

create table kasus.tahanan (
    id_tahanan bigint generated always as identity primary key,
    id_baris text not null references kasus.usulan,
    sebab text not null check (sebab in ('medis', 'identitas', 'lain')),
    alasan text not null check (btrim(alasan) <> ''),
    oleh text not null,
    dari timestamptz not null default clock_timestamp(),
    sampai timestamptz check (sampai >= dari)
);
comment on table kasus.tahanan is 'Tahanan yang ditulis petugas; yang terbuka (tanpa sampai) tidak dapat disetujui atau dikirim';

create function antrean.jaga_tahanan() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.sampai is not null or (new.id_baris, new.sebab, new.alasan, new.oleh, new.dari)
        is distinct from (old.id_baris, old.sebab, old.alasan, old.oleh, old.dari) then
        raise exception 'kasus.tahanan: hanya sampai yang dapat diisi, sekali';
    end if;
    return new;
end $$;
create trigger jaga before update or delete on kasus.tahanan
    for each row execute function antrean.jaga_tahanan();

create table kasus.pembatalan (
    id_baris text primary key references kasus.usulan,
    alasan text not null check (btrim(alasan) <> ''),
    bukti text not null,
    dicatat timestamptz not null default clock_timestamp()
);
comment on table kasus.pembatalan is 'Penonaktifan yang diambil kembali: sanggah dikabulkan atau kekeliruan';
create trigger hanya_tambah before update or delete or truncate on kasus.pembatalan
    for each statement execute function antrean.hanya_tambah();

-- An objection holds what it contests from the moment it is known (rules.md: only an open sanggah with rujukan holds,
-- until layak, tidak_layak, ditolak_pusat or dicabut). Citizens know the row, the complaint, or the visit.
create view kasus.sanggah as
select
    p.id_sumber as id_pengajuan,
    u.id_baris,
    case
        when p.status in ('tidak_layak', 'ditolak_pusat', 'dicabut') then 'ditolak'
        -- What was found worthy stays so on its further way (casework_keberatan says the same of a month).
        when exists (
            select from kasus.pengajuan as q
            where q.id_sumber = p.id_sumber and q.status in ('layak', 'diterima_pusat')
        ) then 'dikabulkan'
        else 'terbuka'
    end as keadaan,
    p.diubah
from kasus.pengajuan_pada('infinity') as p
inner join kasus.usulan as u on p.rujukan in (u.id_baris, u.bukti, u.id_kasus)
where p.jenis = 'sanggah';
comment on view kasus.sanggah is 'Sanggah atas sebuah penonaktifan: terbuka, dikabulkan atau ditolak';

create view kasus.tahanan_terbuka as
-- An upheld one too: what it contests is taken back, never sent.
select id_baris, 'sanggah' as sebab from kasus.sanggah where keadaan in ('terbuka', 'dikabulkan')
union
select id_baris, 'diambil_kembali' from kasus.pembatalan
union
select id_baris, sebab from kasus.tahanan where sampai is null;
comment on view kasus.tahanan_terbuka is 'Penonaktifan yang sekarang tidak boleh disetujui atau dikirim, dan sebabnya';
