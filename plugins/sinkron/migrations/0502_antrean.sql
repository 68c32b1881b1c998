-- The outbox: each row at each receiver with its states, and the bodies that are sent. Whatever may be done to a row is
-- said and enforced here; no step and no operator gets around it.

create table antrean.transisi (
    dari text not null,
    ke text not null,
    primary key (dari, ke)
);
comment on table antrean.transisi is 'Perpindahan keadaan yang sah; yang lain ditolak basis data';
insert into antrean.transisi (dari, ke) values
    ('diusulkan', 'disetujui'), ('diusulkan', 'dibatalkan'),
    ('disetujui', 'dikirim'), ('disetujui', 'ditolak'), ('disetujui', 'tidak_berlaku'), ('disetujui', 'dibatalkan'),
    ('dikirim', 'diakui'), ('dikirim', 'ditolak'), ('dikirim', 'tercermin'), ('dikirim', 'dibatalkan'),
    ('diakui', 'ditolak'), ('diakui', 'tercermin'), ('diakui', 'belum_tercermin'), ('diakui', 'dibatalkan'),
    ('belum_tercermin', 'tercermin'), ('belum_tercermin', 'ditolak'), ('belum_tercermin', 'dibatalkan'),
    ('tercermin', 'muncul_kembali'), ('tercermin', 'ditolak'), ('tercermin', 'dibatalkan'),
    ('muncul_kembali', 'tercermin'), ('muncul_kembali', 'ditolak'), ('muncul_kembali', 'dibatalkan'),
    ('ditolak', 'diakui');

create table antrean.baris (
    id_baris text not null references kasus.usulan,
    tujuan text not null check (tujuan in ('dtjateng', 'siks_ng', 'simnakis')),
    status text not null default 'diusulkan',
    kode_tolak text,
    no_kk text,
    nik text,
    nama text,
    kode_desa text,
    keluarga jsonb not null default '[]' check (jsonb_typeof(keluarga) = 'array'),
    primary key (id_baris, tujuan)
);
comment on table antrean.baris is 'Satu baris satu penonaktifan pada satu penerima, dan keadaannya';
comment on column antrean.baris.no_kk is 'Nomor KK menurut penerima sendiri';
comment on column antrean.baris.keluarga is 'Simnakis: keluarga dan anggota yang dinonaktifkan';

-- Bound to every byte that was decided on: what a later candidate changed in a row waits for another list.
create view antrean.disahkan as
select b.id_baris, b.tujuan, l.sha256, d.dibuat
from antrean.baris as b
inner join antrean.daftar_baris as l on b.id_baris = l.id_baris and b.tujuan = l.tujuan
inner join antrean.daftar as d on l.sha256 = d.sha256
inner join rilis.rilis as r on d.id_rilis = r.id_rilis and r.status in ('terbit', 'digantikan')
inner join kasus.usulan_rilis as s on d.id_rilis = s.id_rilis and b.id_baris = s.id_baris
where keputusan.disahkan(l.sha256)
    and (l.isi ->> 'no_kk', l.isi ->> 'nik', l.isi ->> 'nama', l.isi ->> 'kode_desa', l.isi -> 'keluarga')
    is not distinct from (b.no_kk, b.nik, b.nama, b.kode_desa, b.keluarga);
comment on view antrean.disahkan is 'Baris yang isinya sekarang sama dengan yang disetujui semua orang, dan daftarnya';

create table antrean.riwayat (
    urutan bigint generated always as identity primary key,
    id_baris text not null,
    tujuan text not null,
    dari text,
    ke text not null,
    kode text,
    pada timestamptz not null default clock_timestamp(),
    foreign key (id_baris, tujuan) references antrean.baris
);
create index on antrean.riwayat (id_baris, tujuan);
comment on table antrean.riwayat is 'Setiap perpindahan keadaan; hanya bertambah';
create trigger hanya_tambah before update or delete or truncate on antrean.riwayat
    for each statement execute function antrean.hanya_tambah();

create table antrean.kiriman (
    id_kiriman bigint generated always as identity primary key,
    tujuan text not null,
    jenis text not null check (jenis in ('penonaktifan', 'pembatalan')),
    bulan_efektif buku.periode not null,
    nomor_sk text not null,
    isi bytea not null,
    kunci text not null check (kunci = encode(sha256(isi), 'hex')),
    status text not null default 'siap' check (status in ('siap', 'terkirim', 'selesai', 'dipecah')),
    rujukan text,
    percobaan int not null default 0,
    galat text,
    dibuat timestamptz not null default clock_timestamp(),
    terkirim timestamptz,
    dijawab timestamptz,
    constraint terkirim_dengan_rujukan check (status not in ('terkirim', 'selesai') or rujukan is not null),
    constraint terkirim_setelah_dicoba check (status not in ('terkirim', 'selesai') or percobaan > 0)
);
-- A body that was put together again without a held row has the same bytes when the hold is lifted.
create unique index sekali_disimpan on antrean.kiriman (tujuan, jenis, kunci) where status <> 'dipecah';
comment on table antrean.kiriman is 'Satu kiriman ke satu penerima: byte yang disimpan sebelum dikirim, dan jawabannya';
comment on column antrean.kiriman.kunci is 'sha256 isi: kunci yang sama untuk setiap pengulangan';
comment on column antrean.kiriman.rujukan is 'Nomor yang diberikan penerima, atau nomor map SIKS-NG';
comment on column antrean.kiriman.percobaan is 'Ditambah sebelum setiap percobaan: lebih dari nol berarti mungkin sudah diterima';

create table antrean.isi (
    id_kiriman bigint not null references antrean.kiriman,
    id_baris text not null,
    tujuan text not null,
    jenis text not null,
    lepas boolean not null default false,
    primary key (id_kiriman, id_baris),
    foreign key (id_baris, tujuan) references antrean.baris
);
comment on table antrean.isi is 'Baris di dalam kiriman; yang dilepas boleh masuk kiriman lain';
-- The same row goes to a receiver once as new, and is taken back once.
create unique index sekali_dikirim on antrean.isi (tujuan, jenis, id_baris) where not lepas;

create function antrean.jaga_kiriman() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'antrean.kiriman tidak dihapus';
    end if;
    if (new.tujuan, new.jenis, new.bulan_efektif, new.nomor_sk, new.isi)
        is distinct from (old.tujuan, old.jenis, old.bulan_efektif, old.nomor_sk, old.isi) then
        raise exception 'antrean.kiriman %: isi yang tersimpan tidak diubah', old.id_kiriman;
    end if;
    if (old.status in ('selesai', 'dipecah') and new.status <> old.status)
        or (old.status = 'terkirim' and new.status not in ('terkirim', 'selesai')) then
        raise exception 'antrean.kiriman %: dari % ke % bukan perpindahan yang sah', old.id_kiriman, old.status,
            new.status;
    end if;
    if new.percobaan < old.percobaan then
        raise exception 'antrean.kiriman %: percobaan hanya bertambah', old.id_kiriman;
    end if;
    if new.percobaan > old.percobaan and old.percobaan = 0 and new.jenis = 'penonaktifan' and exists (
        select from antrean.isi as i
        inner join kasus.tahanan_terbuka as t on i.id_baris = t.id_baris
        where i.id_kiriman = new.id_kiriman and not i.lepas
    ) then
        raise exception 'antrean.kiriman %: ada baris yang ditahan, susun ulang dahulu', old.id_kiriman;
    end if;
    return new;
end $$;
create trigger jaga before update or delete on antrean.kiriman
    for each row execute function antrean.jaga_kiriman();

create function antrean.jaga_isi() returns trigger language plpgsql as $$
declare
    kini antrean.baris;
begin
    if tg_op = 'DELETE' then
        raise exception 'antrean.isi tidak dihapus';
    end if;
    if tg_op = 'UPDATE' then
        if (new.id_kiriman, new.id_baris, new.tujuan, new.jenis) is distinct from
            (old.id_kiriman, old.id_baris, old.tujuan, old.jenis) or old.lepas and not new.lepas then
            raise exception 'antrean.isi: hanya lepas yang dapat diisi';
        end if;
        if new.lepas and not old.lepas and not exists (
            select from antrean.kiriman as k
            where k.id_kiriman = new.id_kiriman
                and (k.status = 'dipecah' or (k.status = 'siap' and k.percobaan = 0))
        ) then
            raise exception 'antrean.isi: kiriman % mungkin sudah diterima, barisnya tidak dilepas', new.id_kiriman;
        end if;
        return new;
    end if;
    select * into kini from antrean.baris where id_baris = new.id_baris and tujuan = new.tujuan for update;
    if new.jenis = 'penonaktifan' then
        if kini.status <> 'disetujui' then
            raise exception 'antrean.isi: baris berkeadaan %, yang dikirim hanya yang disetujui', kini.status;
        end if;
        if exists (select from kasus.tahanan_terbuka as t where t.id_baris = new.id_baris) then
            raise exception 'antrean.isi: baris ditahan';
        end if;
    elsif not exists (select from kasus.pembatalan as b where b.id_baris = new.id_baris) then
        raise exception 'antrean.isi: tidak ada pembatalan atas baris ini';
    end if;
    return new;
end $$;
create trigger jaga before insert or update or delete on antrean.isi
    for each row execute function antrean.jaga_isi();

create function antrean.jaga_baris() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'antrean.baris tidak dihapus';
    end if;
    if tg_op = 'INSERT' then
        if new.status <> 'diusulkan' or new.kode_tolak is not null then
            raise exception 'antrean.baris: baris baru berkeadaan diusulkan';
        end if;
        return new;
    end if;
    if (new.id_baris, new.tujuan) is distinct from (old.id_baris, old.tujuan) then
        raise exception 'antrean.baris: kunci tidak diubah';
    end if;
    if (old.status, new.status) <> ('diusulkan', 'diusulkan')
        and (new.no_kk, new.nik, new.nama, new.kode_desa, new.keluarga)
        is distinct from (old.no_kk, old.nik, old.nama, old.kode_desa, old.keluarga) then
        raise exception 'antrean.baris: yang disetujui tidak diubah';
    end if;
    if new.status = old.status then
        return new;
    end if;
    if not exists (select from antrean.transisi as t where t.dari = old.status and t.ke = new.status) then
        raise exception 'antrean.baris: dari % ke % bukan perpindahan yang sah', old.status, new.status;
    end if;
    if old.status = 'ditolak' and new.tujuan <> 'siks_ng' then
        raise exception 'antrean.baris: hanya SIKS-NG yang dapat menerima setelah menolak (sinks.md 2)';
    end if;
    if new.status = 'disetujui' then
        if not exists (
            select from antrean.disahkan as b where b.id_baris = new.id_baris and b.tujuan = new.tujuan
        ) then
            raise exception 'antrean.baris: tidak ada daftar yang disahkan untuk baris ini';
        end if;
        if exists (select from kasus.tahanan_terbuka as t where t.id_baris = new.id_baris) then
            raise exception 'antrean.baris: baris ditahan';
        end if;
    end if;
    if new.status = 'dikirim' and not exists (
        select from antrean.isi as i
        inner join antrean.kiriman as k on i.id_kiriman = k.id_kiriman
        where i.id_baris = new.id_baris and i.tujuan = new.tujuan and i.jenis = 'penonaktifan' and not i.lepas
            and k.status in ('terkirim', 'selesai')
    ) then
        raise exception 'antrean.baris: tidak ada kiriman yang diterima dengan baris ini';
    end if;
    return new;
end $$;
create trigger jaga before insert or update or delete on antrean.baris
    for each row execute function antrean.jaga_baris();

create function antrean.catat_riwayat() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' or new.status <> old.status then
        insert into antrean.riwayat (id_baris, tujuan, dari, ke, kode)
        values (new.id_baris, new.tujuan, case when tg_op = 'UPDATE' then old.status end, new.status, new.kode_tolak);
    end if;
    return null;
end $$;
create trigger catat after insert or update on antrean.baris
    for each row execute function antrean.catat_riwayat();

create function antrean.keadaan_pada(saat timestamptz)
returns table (id_baris text, tujuan text, status text, kode_tolak text, pada timestamptz)
language sql stable parallel safe as $$
    select distinct on (r.id_baris, r.tujuan) r.id_baris, r.tujuan, r.ke, r.kode, r.pada
    from antrean.riwayat as r
    where r.pada <= saat
    order by r.id_baris, r.tujuan, r.urutan desc
$$;
comment on function antrean.keadaan_pada(timestamptz) is 'Keadaan setiap baris pada setiap penerima sebagaimana diketahui saat itu';

create trigger tidak_dikosongkan before truncate on antrean.baris
    for each statement execute function antrean.hanya_tambah();
create trigger tidak_dikosongkan before truncate on antrean.kiriman
    for each statement execute function antrean.hanya_tambah();
create trigger tidak_dikosongkan before truncate on antrean.isi
    for each statement execute function antrean.hanya_tambah();
create trigger tidak_dikosongkan before truncate on kasus.tahanan
    for each statement execute function antrean.hanya_tambah();

create table antrean.tanda_terima (
    tujuan text not null,
    nama text not null,
    sha256 text not null,
    dibaca timestamptz not null default clock_timestamp(),
    primary key (tujuan, nama, sha256)
);
comment on table antrean.tanda_terima is 'Berkas hasil SIKS-NG yang sudah dibaca';

create table antrean.alarm (
    id_alarm bigint generated always as identity primary key,
    tujuan text not null,
    kode text not null,
    id_baris text,
    keterangan text not null default '',
    pada timestamptz not null default clock_timestamp(),
    unique nulls not distinct (tujuan, kode, id_baris, keterangan)
);
comment on table antrean.alarm is 'Yang tidak wajar pada penerima dan harus dilihat orang; sekali saja per hal';

create table antrean.hasil_aduan (
    sumber text not null check (sumber in ('aduan', 'pengajuan')),
    id_kasus text not null,
    hasil text not null check (hasil in ('ditindaklanjuti', 'tidak_terbukti', 'diteruskan', 'selesai')),
    versi int not null,
    status text not null default 'siap' check (status in ('siap', 'selesai', 'versi_lain')),
    dibuat timestamptz not null default clock_timestamp(),
    dikirim timestamptz,
    primary key (sumber, id_kasus, hasil, versi)
);
comment on table antrean.hasil_aduan is 'Yang disampaikan kepada pengadu dan pemohon melalui Bratasena';
