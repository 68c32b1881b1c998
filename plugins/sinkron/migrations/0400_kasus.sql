-- Cases: every change of complaints, applications and field verifications as it landed, and the case as of an instant.
-- Columns follow connectors/*/feed.yml; a test holds the two together.

create schema kasus;
comment on schema kasus is 'Aduan, pengajuan dan verifikasi lapangan: setiap perubahan, dan keadaannya pada suatu saat';
create schema pelapor;
comment on schema pelapor is 'Siapa yang mengadu atau memohon; tidak dibaca peran mana pun, view atau rilis';

-- Values of a change as they were delivered become typed ones here; what cannot be read is null, never an error.
-- Where it can be, a body is one expression, which Postgres writes into the query: measured, twice as fast.

create function kasus.teks(nilai jsonb) returns text
language sql immutable parallel safe as $$
    select case when jsonb_typeof(nilai) not in ('object', 'array') then
        case when upper(btrim(nilai #>> '{}', E' \t\r\n\u00a0\ufeff')) not in ('', '-', 'NULL', 'N/A', 'TIDAK TAHU') then
            btrim(nilai #>> '{}', E' \t\r\n\u00a0\ufeff') end end
$$;
comment on function kasus.teks(jsonb) is 'Teks tanpa spasi di tepi; tanda kosong, objek dan larik menjadi kosong';

create function kasus.ada(nilai jsonb) returns boolean
language sql immutable parallel safe as $$
    select coalesce(jsonb_typeof(nilai) in ('object', 'array') or kasus.teks(nilai) is not null, false)
$$;
comment on function kasus.ada(jsonb) is 'Apakah sumber mengirim sebuah nilai, terbaca atau tidak';

create function kasus.pengenal(nilai jsonb) returns text
language sql immutable parallel safe as $$
    select case when length(kasus.teks(nilai)) <= 200 then kasus.teks(nilai) end
$$;

create function kasus.bulat(nilai jsonb) returns integer
language sql immutable parallel safe as $$
    select case when kasus.teks(nilai) ~ '^\d{1,9}$' then kasus.teks(nilai)::integer end
$$;

create function kasus.desimal(nilai jsonb, batas numeric) returns numeric
language sql immutable parallel safe as $$
    select case when kasus.teks(nilai) ~ '^-?\d{1,12}([.,]\d{1,30})?([eE][+-]?\d{1,2})?$' then
        case when abs(replace(kasus.teks(nilai), ',', '.')::numeric) <= batas then
            replace(kasus.teks(nilai), ',', '.')::numeric end end
$$;

create function kasus.ya_tidak(nilai jsonb) returns boolean
language sql immutable parallel safe as $$
    select case when lower(kasus.teks(nilai)) in ('true', 'ya', '1') then true
        when lower(kasus.teks(nilai)) in ('false', 'tidak', '0') then false end
$$;

create function kasus.rt_rw(nilai jsonb) returns text
language sql immutable parallel safe as $$
    select case when kasus.teks(nilai) ~ '^\d{1,3}$' then lpad(kasus.teks(nilai), 3, '0')
        when kasus.teks(nilai) ~ '^0\d{3}$' then right(kasus.teks(nilai), 3) end
$$;

create function kasus.kode_desa(nilai jsonb) returns text
language sql immutable parallel safe as $$
    select regexp_replace(
        substring(kasus.teks(nilai) from '^\d{2}\.?\d{2}\.?\d{2}\.?\d{4}$'),
        '^(\d{2})\.?(\d{2})\.?(\d{2})\.?(\d{4})$', '\1.\2.\3.\4'
    )
$$;

create function kasus.waktu(nilai jsonb) returns timestamptz
language plpgsql stable parallel safe as $$
declare
    isi text := kasus.teks(nilai);
begin
    -- Without an offset it would be the hour of nobody knows where.
    if isi ~ '^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)$' then
        -- Nanoseconds are cut, not rounded: the last instant of a month must not become the next month.
        return regexp_replace(isi, '(\.\d{6})\d+', '\1')::timestamptz;
    end if;
    return null;
exception when data_exception then
    return null;
end $$;
comment on function kasus.waktu(jsonb) is 'Saat dengan selisih waktu; kosong bila tidak terbaca';

create function kasus.tanggal(nilai jsonb) returns date
language plpgsql stable parallel safe as $$
declare
    isi text := kasus.teks(nilai);
begin
    if isi ~ '^\d{4}-\d{2}-\d{2}$' then
        return isi::date;
    end if;
    return (kasus.waktu(nilai) at time zone 'Asia/Jakarta')::date;
exception when data_exception then
    return null;
end $$;
comment on function kasus.tanggal(jsonb) is 'Tanggal, atau tanggal di Asia/Jakarta dari sebuah saat';

create function kasus.program(nilai jsonb, alias jsonb) returns text[]
language sql immutable parallel safe as $$
    select case
        when not kasus.ada(nilai) then null
        when jsonb_typeof(nilai) = 'array' then (
            select coalesce(array_agg(distinct coalesce(alias ->> upper(kasus.teks(p)), upper(kasus.teks(p)))), '{}')
            from jsonb_array_elements(nilai) as t (p)
            where kasus.teks(p) is not null
        )
        when jsonb_typeof(nilai) = 'object' then '{}'
        else array[coalesce(alias ->> upper(kasus.teks(nilai)), upper(kasus.teks(nilai)))]
    end
$$;
comment on function kasus.program(jsonb, jsonb) is
    'Nama program; kosong hanya bila tidak dikirim, sebab pada verifikasi kosong berarti semua program';

create function kasus.program_utuh(nilai jsonb) returns boolean
language sql immutable parallel safe as $$
    select case
        when not kasus.ada(nilai) then true
        when jsonb_typeof(nilai) <> 'array' then false
        else not exists (select from jsonb_array_elements(nilai) as t (p) where kasus.teks(p) is null)
    end
$$;
comment on function kasus.program_utuh(jsonb) is 'Apakah program dikirim sebagaimana disepakati: larik nama, atau kosong';

create function kasus.objek(nilai jsonb, kunci text[]) returns jsonb
language sql immutable parallel safe as $$
    select coalesce(jsonb_object_agg(k, kasus.teks(nilai -> k)), '{}')
    from unnest(kunci) as t (k)
    where kasus.teks(nilai -> k) is not null
$$;

create function kasus.daftar(nilai jsonb, kunci text[]) returns jsonb
language sql immutable parallel safe as $$
    select case jsonb_typeof(nilai)
        when 'array' then (
            select coalesce(jsonb_agg(kasus.objek(o, kunci) order by n), '[]')
            from jsonb_array_elements(nilai) with ordinality as t (o, n)
            where jsonb_typeof(o) = 'object'
        )
        when 'object' then (
            select coalesce(jsonb_agg(kasus.objek(o, kunci) || jsonb_build_object('sisi', k) order by k), '[]')
            from jsonb_each(nilai) as t (k, o)
            where jsonb_typeof(o) = 'object'
        )
    end
$$;
comment on function kasus.daftar(jsonb, text[]) is 'Daftar objek dengan kunci yang disepakati saja; nama objek menjadi sisi';

create function kasus.daftar_utuh(nilai jsonb) returns boolean
language sql immutable parallel safe as $$
    select case jsonb_typeof(nilai)
        when 'array' then
            not exists (select from jsonb_array_elements(nilai) as t (o) where jsonb_typeof(o) <> 'object')
        when 'object' then
            not exists (select from jsonb_each(nilai) as t (k, o) where jsonb_typeof(o) not in ('object', 'null'))
        else not kasus.ada(nilai)
    end
$$;
comment on function kasus.daftar_utuh(jsonb) is 'Apakah setiap unsur daftar adalah objek';

create function kasus.tanpa(nilai jsonb, jalur text[]) returns jsonb
language sql immutable parallel safe as $$
    select case when jsonb_typeof(nilai #> jalur[:array_length(jalur, 1) - 1]) = 'object' then nilai #- jalur
        else nilai end
$$;
comment on function kasus.tanpa(jsonb, text[]) is 'Nilai tanpa satu kunci, bila induknya objek';

create table kasus.kursor (
    umpan text primary key,
    kursor text not null,
    digeser timestamptz not null default clock_timestamp()
);
comment on table kasus.kursor is 'Sampai mana setiap umpan sudah mendarat; digeser bersama barisnya';

create table kasus.aduan (
    urutan bigint generated always as identity primary key,
    id_kiriman text not null references buku.kiriman,
    nomor_baris integer not null,
    id_sumber text not null,
    versi integer not null,
    dibuat timestamptz,
    diubah timestamptz not null,
    kanal text,
    terlapor_nik text,
    terlapor_no_kk text,
    terlapor_nama text,
    terlapor_alamat text,
    terlapor_rt text,
    terlapor_rw text,
    terlapor_desa text,
    terlapor_kecamatan text,
    terlapor_kode_desa text,
    program text[],
    alasan text,
    bukti jsonb,
    status text,
    perlu_periksa text[] not null default '{}',
    sidik text not null,
    unique (id_sumber, sidik)
);
comment on table kasus.aduan is 'Satu baris satu perubahan aduan sebagaimana mendarat.';
comment on column kasus.aduan.id_sumber is 'Nomor aduan pada Bratasena';
comment on column kasus.aduan.versi is 'Nomor perubahan aduan; yang tertinggi berlaku';
comment on column kasus.aduan.dibuat is 'Saat aduan dibuat';
comment on column kasus.aduan.diubah is 'Saat perubahan ini terjadi';
comment on column kasus.aduan.kanal is 'Jalan masuk aduan';
comment on column kasus.aduan.terlapor_nik is 'NIK yang diadukan menurut pelapor';
comment on column kasus.aduan.terlapor_no_kk is 'Nomor KK yang diadukan menurut pelapor';
comment on column kasus.aduan.terlapor_nama is 'Nama yang diadukan';
comment on column kasus.aduan.terlapor_alamat is 'Alamat yang diadukan';
comment on column kasus.aduan.terlapor_rt is 'RT tiga angka';
comment on column kasus.aduan.terlapor_rw is 'RW tiga angka';
comment on column kasus.aduan.terlapor_desa is 'Nama desa menurut pelapor';
comment on column kasus.aduan.terlapor_kecamatan is 'Nama kecamatan menurut pelapor';
comment on column kasus.aduan.terlapor_kode_desa is 'Kode desa Kemendagri bertitik';
comment on column kasus.aduan.program is 'Program yang diadukan, kosong bila tidak disebut';
comment on column kasus.aduan.alasan is 'Alasan tidak layak menurut pelapor';
comment on column kasus.aduan.bukti is 'Sidik dan alamat setiap bukti; berkasnya tidak diambil';
comment on column kasus.aduan.status is 'Status aduan';
comment on column kasus.aduan.perlu_periksa is 'Mengapa orang harus melihat baris ini; kosong bila tidak perlu';
comment on column kasus.aduan.sidik is 'Sidik isi; perubahan yang sama tidak mendarat dua kali';

create table pelapor.aduan (
    urutan bigint generated always as identity primary key,
    id_kiriman text not null references buku.kiriman,
    nomor_baris integer not null,
    id_sumber text not null,
    versi integer not null,
    nik text,
    nama text,
    hp text,
    kode_desa text,
    rahasia boolean,
    uraian text,
    sidik text not null,
    unique (id_sumber, sidik)
);
comment on table pelapor.aduan is 'Yang dijaga kerahasiaannya dari setiap perubahan aduan; tanpa pembaca.';
comment on column pelapor.aduan.nik is 'NIK pelapor';
comment on column pelapor.aduan.nama is 'Nama pelapor';
comment on column pelapor.aduan.hp is 'Nomor telepon pelapor';
comment on column pelapor.aduan.kode_desa is 'Kode desa pelapor';
comment on column pelapor.aduan.rahasia is 'Pelapor minta dirahasiakan';
comment on column pelapor.aduan.uraian is 'Tulisan pelapor, yang dapat menyebut dirinya';
comment on column pelapor.aduan.sidik is 'Sidik isi; perubahan yang sama tidak mendarat dua kali';

create table kasus.pengajuan (
    urutan bigint generated always as identity primary key,
    id_kiriman text not null references buku.kiriman,
    nomor_baris integer not null,
    id_sumber text not null,
    versi integer not null,
    jenis text,
    dibuat timestamptz,
    diubah timestamptz not null,
    pemohon_nik text,
    pemohon_no_kk text,
    pemohon_nama text,
    anggota jsonb,
    alamat text,
    kode_desa text,
    lat numeric,
    lon numeric,
    akurasi_m numeric,
    foto jsonb,
    program text[],
    status text,
    berita_acara_nomor text,
    berita_acara_tanggal date,
    rujukan text,
    perlu_periksa text[] not null default '{}',
    sidik text not null,
    unique (id_sumber, sidik)
);
comment on table kasus.pengajuan is 'Satu baris satu perubahan pengajuan sebagaimana mendarat.';
comment on column kasus.pengajuan.id_sumber is 'Nomor pengajuan pada Bratasena';
comment on column kasus.pengajuan.versi is 'Nomor perubahan pengajuan; yang tertinggi berlaku';
comment on column kasus.pengajuan.jenis is 'Jenis pengajuan';
comment on column kasus.pengajuan.dibuat is 'Saat pengajuan dibuat';
comment on column kasus.pengajuan.diubah is 'Saat perubahan ini terjadi';
comment on column kasus.pengajuan.pemohon_nik is 'NIK pemohon';
comment on column kasus.pengajuan.pemohon_no_kk is 'Nomor KK pemohon';
comment on column kasus.pengajuan.pemohon_nama is 'Nama pemohon';
comment on column kasus.pengajuan.anggota is 'Anggota keluarga menurut pemohon';
comment on column kasus.pengajuan.alamat is 'Alamat';
comment on column kasus.pengajuan.kode_desa is 'Kode desa Kemendagri bertitik';
comment on column kasus.pengajuan.lat is 'Lintang';
comment on column kasus.pengajuan.lon is 'Bujur';
comment on column kasus.pengajuan.akurasi_m is 'Ketelitian koordinat dalam meter';
comment on column kasus.pengajuan.foto is 'Sidik, alamat dan sisi setiap foto; fotonya tidak diambil';
comment on column kasus.pengajuan.program is 'Program yang dimohon atau dilepas, kosong bila tidak disebut';
comment on column kasus.pengajuan.status is 'Status pengajuan';
comment on column kasus.pengajuan.berita_acara_nomor is 'Nomor berita acara musyawarah';
comment on column kasus.pengajuan.berita_acara_tanggal is 'Tanggal berita acara musyawarah';
comment on column kasus.pengajuan.rujukan is 'Penonaktifan yang disanggah';
comment on column kasus.pengajuan.perlu_periksa is 'Mengapa orang harus melihat baris ini; kosong bila tidak perlu';
comment on column kasus.pengajuan.sidik is 'Sidik isi; perubahan yang sama tidak mendarat dua kali';

create table pelapor.pengajuan (
    urutan bigint generated always as identity primary key,
    id_kiriman text not null references buku.kiriman,
    nomor_baris integer not null,
    id_sumber text not null,
    versi integer not null,
    hp text,
    sidik text not null,
    unique (id_sumber, sidik)
);
comment on table pelapor.pengajuan is 'Yang dijaga kerahasiaannya dari setiap perubahan pengajuan; tanpa pembaca.';
comment on column pelapor.pengajuan.hp is 'Nomor telepon pemohon';
comment on column pelapor.pengajuan.sidik is 'Sidik isi; perubahan yang sama tidak mendarat dua kali';

create table kasus.verifikasi (
    urutan bigint generated always as identity primary key,
    id_kiriman text not null references buku.kiriman,
    nomor_baris integer not null,
    id_sumber text not null,
    diubah timestamptz not null,
    jenis text,
    rujukan text,
    id_keluarga text,
    nik text,
    petugas text,
    petugas_nik text,
    tanggal date,
    hasil text,
    alasan text,
    program text[],
    lat numeric,
    lon numeric,
    akurasi_m numeric,
    foto jsonb,
    catatan text,
    perlu_periksa text[] not null default '{}',
    sidik text not null,
    unique (id_sumber, sidik)
);
comment on table kasus.verifikasi is 'Satu baris satu perubahan verifikasi lapangan sebagaimana mendarat.';
comment on column kasus.verifikasi.id_sumber is 'Nomor verifikasi pada Simnakis';
comment on column kasus.verifikasi.diubah is 'Saat perubahan ini terjadi; yang terbaru berlaku';
comment on column kasus.verifikasi.jenis is 'Untuk apa diperiksa';
comment on column kasus.verifikasi.rujukan is 'Nomor aduan atau pengajuan yang diperiksa';
comment on column kasus.verifikasi.id_keluarga is 'Nomor rekaman keluarga pada Simnakis';
comment on column kasus.verifikasi.nik is 'NIK orang yang diperiksa';
comment on column kasus.verifikasi.petugas is 'Nama pengguna petugas';
comment on column kasus.verifikasi.petugas_nik is 'NIK petugas';
comment on column kasus.verifikasi.tanggal is 'Tanggal kunjungan';
comment on column kasus.verifikasi.hasil is 'Yang ditemukan petugas';
comment on column kasus.verifikasi.alasan is 'Alasan tidak layak';
comment on column kasus.verifikasi.program is 'Program yang dimaksud putusan ini; kosong berarti semua';
comment on column kasus.verifikasi.lat is 'Lintang';
comment on column kasus.verifikasi.lon is 'Bujur';
comment on column kasus.verifikasi.akurasi_m is 'Ketelitian koordinat dalam meter';
comment on column kasus.verifikasi.foto is 'Sidik, alamat dan saat setiap foto; fotonya tidak diambil';
comment on column kasus.verifikasi.catatan is 'Catatan petugas';
comment on column kasus.verifikasi.perlu_periksa is 'Mengapa orang harus melihat baris ini; kosong bila tidak perlu';
comment on column kasus.verifikasi.sidik is 'Sidik isi; perubahan yang sama tidak mendarat dua kali';

create index on kasus.aduan (diubah);
create index on kasus.pengajuan (diubah);
create index on kasus.verifikasi (diubah);

-- The state of each case as it was known to its source before an instant: the highest version that had happened.

create function kasus.aduan_pada(saat timestamptz) returns setof kasus.aduan
language sql stable parallel safe as $$
    select distinct on (id_sumber) * from kasus.aduan
    where diubah < saat
    order by id_sumber, versi desc, diubah desc, urutan desc
$$;
comment on function kasus.aduan_pada(timestamptz) is 'Keadaan setiap aduan dari perubahan sebelum saat itu';

create function kasus.pengajuan_pada(saat timestamptz) returns setof kasus.pengajuan
language sql stable parallel safe as $$
    select distinct on (id_sumber) * from kasus.pengajuan
    where diubah < saat
    order by id_sumber, versi desc, diubah desc, urutan desc
$$;
comment on function kasus.pengajuan_pada(timestamptz) is 'Keadaan setiap pengajuan dari perubahan sebelum saat itu';

create function kasus.verifikasi_pada(saat timestamptz) returns setof kasus.verifikasi
language sql stable parallel safe as $$
    select distinct on (id_sumber) * from kasus.verifikasi
    where diubah < saat
    order by id_sumber, diubah desc, urutan desc
$$;
comment on function kasus.verifikasi_pada(timestamptz) is 'Keadaan setiap verifikasi dari perubahan sebelum saat itu';

create table kasus.batas_waktu (
    nama text not null,
    hari integer not null check (hari > 0),
    berlaku_dari date not null,
    primary key (nama, berlaku_dari)
);
comment on table kasus.batas_waktu is 'Batas waktu penanganan dalam hari sejak dibuka (SP4N-LAPOR), bertanggal berlaku';
insert into kasus.batas_waktu (nama, hari, berlaku_dari) values
    ('tanggapan_pertama', 3, '2020-01-01'),
    ('kelengkapan', 5, '2020-01-01'),
    ('tanpa_pemeriksaan', 14, '2020-01-01'),
    ('pemeriksaan_lapangan', 60, '2020-01-01');

create table kasus.tahap (
    sumber text not null,
    status text not null,
    batas text,
    tutup boolean not null,
    primary key (sumber, status),
    constraint yang_tutup_tanpa_batas check (not tutup or batas is null)
);
comment on table kasus.tahap is 'Batas waktu yang berjalan pada setiap status, dan status mana yang menutup kasus';
insert into kasus.tahap (sumber, status, batas, tutup) values
    ('aduan', 'diterima', 'tanggapan_pertama', false),
    ('aduan', 'diverifikasi', 'tanpa_pemeriksaan', false),
    ('aduan', 'ditugaskan', 'pemeriksaan_lapangan', false),
    ('aduan', 'diperiksa', 'pemeriksaan_lapangan', false),
    ('aduan', 'terbukti', 'pemeriksaan_lapangan', false),
    ('aduan', 'tidak_terbukti', 'pemeriksaan_lapangan', false),
    ('aduan', 'tidak_dapat_diperiksa', 'pemeriksaan_lapangan', false),
    ('aduan', 'ditolak', null, true),
    ('aduan', 'dicabut', null, true),
    ('aduan', 'selesai', null, true),
    ('pengajuan', 'diajukan', 'tanggapan_pertama', false),
    ('pengajuan', 'kurang_berkas', 'kelengkapan', false),
    ('pengajuan', 'verifikasi_lapangan', 'pemeriksaan_lapangan', false),
    -- From here on the musyawarah and the ministry decide when.
    ('pengajuan', 'layak', null, false),
    ('pengajuan', 'musdes', null, false),
    ('pengajuan', 'diusulkan', null, false),
    ('pengajuan', 'tidak_layak', null, true),
    ('pengajuan', 'diterima_pusat', null, true),
    ('pengajuan', 'ditolak_pusat', null, true),
    ('pengajuan', 'dicabut', null, true);

create view kasus.kasus as
with perubahan as (
    select 'aduan' as sumber, id_sumber, versi, diubah, status from kasus.aduan
    union all
    select 'pengajuan', id_sumber, versi, diubah, status from kasus.pengajuan
),

kini as (
    select 'aduan' as sumber, 'aduan' as jenis, id_sumber, versi, program, status, perlu_periksa, dibuat
    from kasus.aduan_pada('infinity')
    union all
    select 'pengajuan', jenis, id_sumber, versi, program, status, perlu_periksa, dibuat
    from kasus.pengajuan_pada('infinity')
),

awal as (
    select sumber, id_sumber, min(diubah) as diubah from perubahan group by sumber, id_sumber
),

-- A case that was opened again is closed from its last closing on.
buka_terakhir as (
    select p.sumber, p.id_sumber, max(p.versi) as versi
    from perubahan as p
    left join kasus.tahap as t on t.sumber = p.sumber and t.status = p.status
    where t.tutup is not true
    group by p.sumber, p.id_sumber
),

tutup as (
    select p.sumber, p.id_sumber, min(p.diubah) as diubah
    from perubahan as p
    left join buka_terakhir as b on b.sumber = p.sumber and b.id_sumber = p.id_sumber
    where p.versi > coalesce(b.versi, -1)
    group by p.sumber, p.id_sumber
),

dibuka as (
    select k.*, coalesce(k.dibuat, a.diubah) as dibuka, c.diubah as ditutup
    from kini as k
    join awal as a on a.sumber = k.sumber and a.id_sumber = k.id_sumber
    left join tutup as c on c.sumber = k.sumber and c.id_sumber = k.id_sumber
)

select
    d.sumber || '/' || d.id_sumber as id_kasus,
    d.jenis,
    d.sumber,
    d.id_sumber,
    d.versi,
    d.program,
    d.status,
    d.perlu_periksa,
    d.dibuka,
    (d.dibuka at time zone 'Asia/Jakarta')::date + b.hari as tenggat,
    d.ditutup
from dibuka as d
left join kasus.tahap as t on t.sumber = d.sumber and t.status = d.status
left join lateral (
    select w.hari from kasus.batas_waktu as w
    where w.nama = t.batas and w.berlaku_dari <= (d.dibuka at time zone 'Asia/Jakarta')::date
    order by w.berlaku_dari desc
    limit 1
) as b on true;
comment on view kasus.kasus is 'Satu baris satu kasus sebagaimana diketahui sekarang; tanpa pelapor';
comment on column kasus.kasus.tenggat is 'Batas penanganan menurut status sekarang; kosong bila sudah ditutup atau tidak ada';
