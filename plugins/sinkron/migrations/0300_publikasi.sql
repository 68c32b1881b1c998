-- What stands between the released tables and their readers: pointer, area, purpose, and the two ledger views.

-- A reader that planned its query just before a publish committed does not know the new partition and would see
-- nothing if it already followed the new pointer. So the pointer moves with `mulai` in the infinite, and `mulai` gets
-- its instant after that commit: only transactions that began later follow it, the others keep the release before
-- (docs/decisions/0002).
alter table rilis.penunjuk
    add column id_sebelum text references rilis.rilis,
    add column mulai timestamptz not null default '-infinity';

create table rilis.katalog (
    objek text primary key,
    sidik text not null,
    diubah timestamptz not null default clock_timestamp()
);
comment on table rilis.katalog is 'Sidik definisi tiap objek yang dibuat katalog; yang sama tidak dibuat ulang';

create table rilis.wilayah_login (
    login name not null,
    kode text not null check (kode ~ '^\d{2}\.\d{2}\.\d{2}(\.\d{4})?$'),
    primary key (login, kode)
);
comment on table rilis.wilayah_login is
    'Kecamatan atau desa yang boleh dilihat sebuah login; tanpa baris berarti seluruh kabupaten';

create table audit.putar_balik (
    id_putar_balik bigint generated always as identity primary key,
    dari text not null references rilis.rilis,
    ke text not null references rilis.rilis,
    oleh text not null,
    alasan text not null check (btrim(alasan) <> ''),
    pada timestamptz not null default clock_timestamp()
);
comment on table audit.putar_balik is 'Setiap pemutaran balik rilis: dari, ke, oleh siapa, mengapa';

create view rilis.kiriman as
select
    id_kiriman,
    sumber,
    periode::text as periode,
    revisi_sumber,
    sha256,
    status,
    kode,
    diterima
from buku.kiriman
where status <> 'disimpan';

create view rilis.daftar_rilis as
select
    r.periode::text as periode,
    r.revisi,
    r.status,
    r.id_rilis is not distinct from case when p.mulai = 'infinity' then p.id_sebelum else p.id_rilis end as aktif,
    r.sha256,
    r.tabel,
    r.gerbang,
    r.penyetuju,
    r.dibuat,
    r.diputuskan,
    r.diterbitkan,
    coalesce(
        (
            select jsonb_agg(
                jsonb_build_object('sumber', s.sumber, 'id_kiriman', s.id_kiriman, 'lama', s.lama) order by s.sumber
            )
            from buku.susunan as s
            where s.id_rilis = r.id_rilis
        ),
        '[]'
    ) as kiriman
from rilis.rilis as r
cross join rilis.penunjuk as p;

-- The three functions below run with the owner's rights and see the login as session_user. STABLE: they use the
-- snapshot of the query that calls them, so two tables of one query see one pointer.
create function rilis.terbaca() returns text
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    diminta text := nullif(current_setting('sinkron.rilis', true), '');
begin
    if diminta is null then
        return (
            select case when now() >= p.mulai then p.id_rilis else p.id_sebelum end from rilis.penunjuk as p
        );
    end if;
    if not pg_has_role(session_user, current_user, 'member') then
        if not pg_has_role(session_user, 'baca_penuh', 'member') then
            raise exception 'sinkron.rilis hanya untuk pemilik dan baca_penuh; jalankan RESET sinkron.rilis'
                using errcode = 'insufficient_privilege';
        end if;
    end if;
    if not exists (
        select from rilis.rilis as r where r.id_rilis = diminta and r.status in ('terbit', 'digantikan')
    ) then
        raise exception 'Rilis yang diminta sinkron.rilis tidak ada atau tidak terbit; lihat publikasi.rilis'
            using errcode = 'invalid_parameter_value', hint = 'Bentuknya periode/revisi, misalnya 2026-06/1';
    end if;
    return diminta;
end $$;
comment on function rilis.terbaca() is 'Rilis yang dilihat koneksi ini: penunjuk, atau sinkron.rilis bila berhak';

create function rilis.wilayah_baca() returns text[]
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
    select array_agg(w.kode) from rilis.wilayah_login as w where w.login = session_user
$$;
comment on function rilis.wilayah_baca() is 'Kode wilayah login ini; kosong berarti seluruh kabupaten';

create function rilis.tujuan_baca(tabel text) returns boolean
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
declare
    tujuan text := btrim(coalesce(current_setting('sinkron.tujuan', true), ''));
begin
    if tujuan = '' then
        if not pg_has_role(session_user, current_user, 'member') then
            raise exception 'Tujuan membaca publikasi_penuh.% belum dinyatakan; jalankan dahulu: %',
                tabel, 'SET sinkron.tujuan = ''<tujuan>''' using errcode = 'insufficient_privilege';
        end if;
        tujuan := 'pemilik';
    elsif tujuan !~ '^[[:alnum:] .,:;/()_-]{3,200}$' or tujuan ~ '[0-9]{9}' then
        raise exception 'sinkron.tujuan tidak sah: 3 sampai 200 huruf, angka, spasi dan .,:;/()_- tanpa nomor panjang'
            using errcode = 'invalid_parameter_value';
    end if;
    -- A log line survives rollback and read-only transactions; a row inserted by the reader does not.
    raise log 'sinkron.baca %', json_build_object(
        'login', session_user, 'tabel', tabel, 'tujuan', tujuan,
        'rilis', current_setting('sinkron.rilis', true), 'pada', clock_timestamp()
    );
    return true;
end $$;
comment on function rilis.tujuan_baca(text) is 'Menolak tanpa sinkron.tujuan; mencatat siapa, kapan, tabel, tujuan';

revoke execute on function rilis.terbaca(), rilis.wilayah_baca(), rilis.tujuan_baca(text) from public;
