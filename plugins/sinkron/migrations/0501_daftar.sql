-- The exact list that people decide on, and who may decide.

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
