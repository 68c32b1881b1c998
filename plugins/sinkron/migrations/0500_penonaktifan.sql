-- From case to receiver and back: proposals, holds, the exact list a decision is bound to, and the outbox.
-- Whatever may be done to a row is said here and enforced here; no step and no operator gets around it.

create schema antrean;
comment on schema antrean is 'Yang dikirim ke luar: keadaan setiap baris pada setiap penerima, kiriman dan isinya';

create function antrean.hanya_tambah() returns trigger language plpgsql as $$
begin
    raise exception '%.% hanya dapat ditambah: % ditolak', tg_table_schema, tg_table_name, tg_op;
end $$;

-- 1. Proposals ------------------------------------------------------------------------------------------------

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

-- 2. Decisions --------------------------------------------------------------------------------------------------

create table keputusan.penyetuju (
    jenis text not null check (jenis in ('publish', 'push')),
    urutan int not null,
    nama text not null,
    primary key (jenis, urutan, nama)
);
comment on table keputusan.penyetuju is 'Siapa yang sekarang boleh menjawab putusan mana; ditulis dari setelan';

create table antrean.daftar (
    sha256 text primary key check (sha256 = encode(sha256(convert_to(isi, 'UTF8')), 'hex')),
    periode buku.periode not null,
    id_rilis text not null references rilis.rilis,
    isi text not null,
    jumlah int not null check (jumlah > 0),
    melebihi_batas boolean not null,
    ringkasan jsonb not null,
    dibuat timestamptz not null default clock_timestamp()
);
comment on table antrean.daftar is 'Daftar penonaktifan byte demi byte sebagaimana diputuskan; hanya bertambah';
create table antrean.daftar_baris (
    sha256 text not null references antrean.daftar,
    id_baris text not null references kasus.usulan,
    tujuan text not null,
    isi jsonb not null,
    primary key (sha256, id_baris, tujuan)
);
comment on table antrean.daftar_baris is 'Baris dan penerima yang tertulis dalam daftar; dibaca dari isinya sendiri';

-- The rows of a list are read from the bytes that are decided on, so no other row can be of it.
create function antrean.baca_daftar() returns trigger language plpgsql as $$
declare
    terbaca int;
begin
    insert into antrean.daftar_baris (sha256, id_baris, tujuan, isi)
    select new.sha256, t.isi ->> 'id_baris', t.isi ->> 'tujuan', t.isi
    from (
        select b.baris::jsonb as isi
        from regexp_split_to_table(rtrim(new.isi, E'\n'), E'\n') with ordinality as b (baris, nomor)
        where b.nomor > 1
    ) as t;
    get diagnostics terbaca = row_count;
    if terbaca <> new.jumlah then
        raise exception 'antrean.daftar: % baris di dalam isi, jumlah menyebut %', terbaca, new.jumlah;
    end if;
    return null;
end $$;
create trigger baca after insert on antrean.daftar
    for each row execute function antrean.baca_daftar();

create function antrean.jaga_daftar_baris() returns trigger language plpgsql as $$
begin
    if pg_trigger_depth() < 2 then
        raise exception 'antrean.daftar_baris diisi dari isi daftar saja';
    end if;
    return new;
end $$;
create trigger jaga before insert on antrean.daftar_baris
    for each row execute function antrean.jaga_daftar_baris();
create trigger hanya_tambah before update or delete or truncate on antrean.daftar
    for each statement execute function antrean.hanya_tambah();
create trigger hanya_tambah before update or delete or truncate on antrean.daftar_baris
    for each statement execute function antrean.hanya_tambah();

create function keputusan.jaga_putusan() returns trigger language plpgsql as $$
declare
    daftar antrean.daftar;
begin
    if new.jenis <> 'push' then
        return new;
    end if;
    -- `unique (sha256, jenis, urutan)` alone lets two places be filled at the same moment by one person.
    perform pg_advisory_xact_lock(hashtextextended('sinkron:putusan:' || new.sha256, 0));
    select * into daftar from antrean.daftar where sha256 = new.sha256;
    if daftar is null or daftar.id_rilis <> new.id_rilis then
        raise exception 'putusan push: tidak ada daftar dengan sidik itu pada rilis %', new.id_rilis;
    end if;
    if not exists (
        select from audit.putusan_gerbang as g
        where g.gerbang = 'daftar' and g.subjek = new.id_rilis and g.sha256 = new.sha256
            and g.putusan in ('lulus', 'peringatan')
    ) then
        raise exception 'putusan push: gerbang daftar belum meluluskan daftar itu';
    end if;
    if new.pada < daftar.dibuat then
        raise exception 'putusan push: jawaban lebih tua daripada daftarnya';
    end if;
    if new.urutan not between 1 and 3 or (new.urutan = 3 and not daftar.melebihi_batas) then
        raise exception 'putusan push: tidak ada penyetuju ke-% untuk daftar ini', new.urutan;
    end if;
    if exists (
        select from generate_series(1, new.urutan - 1) as n
        where not exists (
            select from keputusan.putusan as p
            where p.sha256 = new.sha256 and p.jenis = 'push' and p.urutan = n and p.jawaban = 'setuju'
        )
    ) then
        raise exception 'putusan push: penyetuju sebelum ke-% belum setuju', new.urutan;
    end if;
    if new.jawaban = 'tolak' then
        return new;
    end if;
    if not exists (
        select from keputusan.penyetuju as y
        where y.jenis = 'push' and y.urutan = new.urutan and y.nama = new.oleh
    ) then
        raise exception 'putusan push: yang menjawab bukan penyetuju ke-% yang berlaku', new.urutan;
    end if;
    if exists (
        select from keputusan.putusan as p
        where p.sha256 = new.sha256 and p.jenis = 'push' and p.urutan <> new.urutan and p.oleh = new.oleh
    ) then
        raise exception 'putusan push: satu orang tidak dapat menyetujui dua kali';
    end if;
    if exists (
        select from antrean.daftar_baris as b
        inner join kasus.usulan as u on b.id_baris = u.id_baris
        where b.sha256 = new.sha256 and u.petugas = new.oleh
    ) then
        raise exception 'putusan push: yang menyetujui juga petugas verifikasi di daftar ini';
    end if;
    return new;
end $$;
create trigger jaga_putusan before insert on keputusan.putusan
    for each row execute function keputusan.jaga_putusan();

create function keputusan.disahkan(sidik text) returns boolean
language sql stable as $$
    select count(distinct p.oleh) = case when d.melebihi_batas then 3 else 2 end
    from antrean.daftar as d
    inner join keputusan.putusan as p on d.sha256 = p.sha256 and p.jenis = 'push' and p.jawaban = 'setuju'
    where d.sha256 = sidik
    group by d.melebihi_batas
$$;
comment on function keputusan.disahkan(text) is 'Apakah daftar ini disetujui semua orang yang harus menyetujuinya';

-- 3. The outbox -------------------------------------------------------------------------------------------------

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

-- 4. What readers see -------------------------------------------------------------------------------------------

create index on identitas.individu (uid) where digantikan_oleh is not null;
create index on identitas.rumah_tangga (uid) where digantikan_oleh is not null;
create view antrean.uid_digantikan as
with recursive jalan as (
    select 'individu' as grain, uid as asal, digantikan_oleh as uid from identitas.individu
    where digantikan_oleh is not null
    union all
    select 'rumah_tangga', uid, digantikan_oleh from identitas.rumah_tangga
    where digantikan_oleh is not null
    union all
    select j.grain, j.asal, coalesce(i.digantikan_oleh, h.digantikan_oleh)
    from jalan as j
    left join identitas.individu as i on j.grain = 'individu' and j.uid = i.uid
    left join identitas.rumah_tangga as h on j.grain = 'rumah_tangga' and j.uid = h.uid
    where coalesce(i.digantikan_oleh, h.digantikan_oleh) is not null
)

select j.grain, j.asal, j.uid
from jalan as j
left join identitas.individu as i on j.grain = 'individu' and j.uid = i.uid
left join identitas.rumah_tangga as h on j.grain = 'rumah_tangga' and j.uid = h.uid
where coalesce(i.digantikan_oleh, h.digantikan_oleh) is null;
comment on view antrean.uid_digantikan is 'Uid yang sudah digabung dan uid yang masih berlaku';

-- Live under the pointer, for what happened to a row at a receiver is no part of a month's content; a release that is
-- asked for by name shows what was known when it was published (docs/decisions/0008).
create view antrean.penonaktifan with (security_barrier) as
with saat as (
    select case
        when r.id_rilis = p.id_rilis then 'infinity'::timestamptz
        else coalesce(r.diterbitkan, '-infinity')
    end as sampai
    from rilis.penunjuk as p
    left join rilis.rilis as r on r.id_rilis = rilis.terbaca()
),

terbit as (
    select distinct s.id_baris
    from kasus.usulan_rilis as s
    inner join rilis.rilis as r on s.id_rilis = r.id_rilis
    cross join saat
    where r.status in ('terbit', 'digantikan', 'ditarik') and r.diterbitkan <= saat.sampai
),

-- Not by antrean.keadaan_pada: a function in a view runs with the rights of who reads.
keadaan as (
    select distinct on (r.id_baris, r.tujuan) r.id_baris, r.tujuan, r.ke as status, r.kode as kode_tolak
    from antrean.riwayat as r
    cross join saat
    where r.pada <= saat.sampai
    order by r.id_baris, r.tujuan, r.urutan desc
),

saat_saat as (
    select
        r.id_baris,
        r.tujuan,
        min(r.pada) filter (where r.ke = 'disetujui') as disetujui,
        min(r.pada) filter (where r.ke = 'dikirim') as dikirim,
        max(r.pada) filter (where r.ke in ('diakui', 'ditolak')) as dijawab,
        max(r.pada) filter (where r.ke = 'tercermin') as tercermin_pada
    from antrean.riwayat as r
    cross join saat
    where r.pada <= saat.sampai
    group by r.id_baris, r.tujuan
)

select
    u.id_baris,
    k.tujuan,
    coalesce(h.uid, u.uid_rumah_tangga) as uid_rumah_tangga,
    coalesce(i.uid, u.uid_individu) as uid_individu,
    u.program,
    u.kode_alasan,
    u.bulan_efektif::text as bulan_efektif,
    case when u.asal in ('aduan', 'berkala') then u.bukti end as id_verifikasi,
    n.nomor_sk,
    k.status,
    case when k.status = 'ditolak' then k.kode_tolak end as kode_tolak,
    u.diusulkan,
    s.disetujui,
    s.dikirim,
    s.dijawab,
    s.tercermin_pada,
    u.kode_desa
from keadaan as k
inner join terbit as t on k.id_baris = t.id_baris
inner join kasus.usulan as u on k.id_baris = u.id_baris
inner join saat_saat as s on k.id_baris = s.id_baris and k.tujuan = s.tujuan
left join antrean.isi as isi
    on k.id_baris = isi.id_baris and k.tujuan = isi.tujuan and isi.jenis = 'penonaktifan' and not isi.lepas
left join antrean.kiriman as n on isi.id_kiriman = n.id_kiriman
left join antrean.uid_digantikan as h on h.grain = 'rumah_tangga' and u.uid_rumah_tangga = h.asal
left join antrean.uid_digantikan as i on i.grain = 'individu' and u.uid_individu = i.asal
where (select rilis.wilayah_baca()) is null
    or u.kode_desa = any((select rilis.wilayah_baca())::text[])
    or left(u.kode_desa, 8) = any((select rilis.wilayah_baca())::text[]);
