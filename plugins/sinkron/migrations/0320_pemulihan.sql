-- What a delivery changed against those before it: rows that differ, rows that came back, what nobody had met yet.

create table buku.selisih (
    id_kiriman text not null references buku.kiriman,
    berkas text not null,
    id_kiriman_lama text not null references buku.kiriman,
    ditambah bigint not null check (ditambah >= 0),
    dihapus bigint not null check (dihapus >= 0),
    diubah bigint not null check (diubah >= 0),
    tetap bigint not null check (tetap >= 0),
    primary key (id_kiriman, berkas)
);
comment on table buku.selisih is 'Beda baris yang dimuat dengan kiriman bulan yang sama yang digantikannya, per berkas';

create table pendaratan.pemulihan (
    id_kiriman text not null references buku.kiriman,
    berkas text not null,
    nomor_baris int not null,
    id_kiriman_karantina text not null,
    nomor_baris_karantina int not null,
    primary key (id_kiriman_karantina, berkas, nomor_baris_karantina),
    foreign key (id_kiriman_karantina, berkas, nomor_baris_karantina)
    references pendaratan.karantina (id_kiriman, berkas, nomor_baris)
);
create index on pendaratan.pemulihan (id_kiriman);
comment on table pendaratan.pemulihan is 'Baris karantina yang rekamannya kemudian dimuat: kiriman pertama yang membawanya kembali';

-- In schema audit, because auditors read it; nothing in it is a value of a row.
create view audit.pemulihan as
with rilis_kiriman as (
    select distinct on (susunan.id_kiriman) susunan.id_kiriman, susunan.id_rilis
    from buku.susunan as susunan
    inner join rilis.rilis as rilis on susunan.id_rilis = rilis.id_rilis
    where rilis.status <> 'ditarik'
    order by susunan.id_kiriman, rilis.periode, rilis.revisi desc
)
select
    asal.sumber,
    pemulihan.berkas,
    karantina.id_sumber,
    karantina.kode,
    asal.periode::text as periode_karantina,
    asal.revisi_sumber as revisi_karantina,
    pemulihan.id_kiriman_karantina,
    pemulihan.nomor_baris_karantina,
    kembali.periode::text as periode,
    kembali.revisi_sumber as revisi,
    pemulihan.id_kiriman,
    pemulihan.nomor_baris,
    tautan.uid
from pendaratan.pemulihan as pemulihan
inner join pendaratan.karantina as karantina
    on pemulihan.id_kiriman_karantina = karantina.id_kiriman and pemulihan.berkas = karantina.berkas
    and pemulihan.nomor_baris_karantina = karantina.nomor_baris
inner join buku.kiriman as asal on pemulihan.id_kiriman_karantina = asal.id_kiriman
inner join buku.kiriman as kembali on pemulihan.id_kiriman = kembali.id_kiriman
left join rilis_kiriman on pemulihan.id_kiriman = rilis_kiriman.id_kiriman
left join identitas.tautan as tautan
    on rilis_kiriman.id_rilis = tautan.id_rilis and asal.sumber = tautan.sumber
    and karantina.id_sumber = tautan.id_sumber
    and tautan.grain = case pemulihan.berkas when 'anggota' then 'individu' else 'rumah_tangga' end;
comment on view audit.pemulihan is
'Rekaman yang pernah dikarantina dan kemudian dimuat: sebabnya, kiriman yang memulihkannya, uid-nya pada rilis';

create view buku.pemberitahuan as
with butir as (
    select
        kiriman.sumber, kiriman.periode, kiriman.urutan, berkas.key as berkas, jenis.key as jenis,
        nama.value as nama, null::text as kode, null::bigint as jumlah
    from buku.kiriman as kiriman
    cross join lateral jsonb_each(coalesce(kiriman.ukuran -> 'pemberitahuan', '{}')) as berkas
    cross join lateral jsonb_each(berkas.value) as jenis
    cross join lateral jsonb_array_elements_text(
        case when jsonb_typeof(jenis.value) = 'array' then jenis.value else '[]' end
    ) as nama
    where kiriman.status in ('diterima', 'digantikan') and jenis.key in ('judul_tidak_dikenal', 'kolom_tidak_ada')
    union all
    select
        kiriman.sumber, kiriman.periode, kiriman.urutan, berkas.key, 'kode_tidak_dikenal', kolom.key,
        nullif(kode.key, ''), kode.value::bigint
    from buku.kiriman as kiriman
    cross join lateral jsonb_each(coalesce(kiriman.ukuran -> 'pemberitahuan', '{}')) as berkas
    cross join lateral jsonb_each(coalesce(berkas.value -> 'kode_tidak_dikenal', '{}')) as kolom
    cross join lateral jsonb_each_text(kolom.value) as kode
    where kiriman.status in ('diterima', 'digantikan')
)
select
    sumber, berkas, jenis,
    -- A file without its header line has a row of values where the names should be.
    case when nama ~ '(\d[^0-9]?){9}' then '(angka)' else nama end as nama,
    kode,
    min(periode)::text as sejak,
    max(periode)::text as terakhir,
    (array_agg(jumlah order by urutan desc))[1] as jumlah,
    min(urutan) as urutan_awal
from butir
group by 1, 2, 3, 4, 5;
comment on view buku.pemberitahuan is
'Judul, kolom dan kode yang tidak dikenal atau tidak ada: sejak periode mana, terakhir kapan, berapa baris terakhir; kode yang tidak pantas ditampilkan hanya dihitung';
