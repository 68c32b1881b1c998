{{ config(schema="golden") }}
-- Every cell of the open data, of the villages and (`kode_desa` null) of the district, and whether it is hidden: cells
-- under the limit, and those that would tell them. A cell is in two sums: its measure's total in its place, and its
-- class over all villages. A sum that is shown must leave for its hidden cells more than a small number, for more than
-- one cell, and more than one each (a class that nobody is in has no row); a hidden sum has a hidden cell.
-- A cell hidden for one sum can tell in its other, so it goes round; one round was enough in every world so far.
{%- set putaran = 3 %}
with sel_0 as (
    select kode_desa, ukuran, kelas, jumlah::int as jumlah, jumlah < {{ ambang('sel_minimum') }} as tersembunyi
    from {{ ref('ringkasan_dasar') }}
    union all
    select null, ukuran, kelas, sum(jumlah)::int, sum(jumlah) < {{ ambang('sel_minimum') }}
    from {{ ref('ringkasan_dasar') }} group by ukuran, kelas
),

bagian as (
    select distinct ukuran, split_part(ukuran, '_menurut_', 1) as induk
    from {{ ref('ringkasan_dasar') }} where ukuran like '%\_menurut\_%'
)
{% for n in range(putaran) %},

jumlahan_{{ n }} as (
    select sel.*, ukuran || '/' || kelas as jumlahan, kode_desa is null as total from sel_{{ n }} as sel
    union all
    -- Somebody may receive several programmes: in a place they have no total.
    select sel.*, coalesce(sel.kode_desa, '') || '/' || bagian.ukuran, sel.ukuran = bagian.induk
    from sel_{{ n }} as sel
    inner join bagian on sel.ukuran in (bagian.ukuran, bagian.induk)
),

sisa_{{ n }} as (
    select
        *,
        count(*) filter (where tersembunyi and not total) over jumlahan as banyak,
        sum(jumlah) filter (where tersembunyi and not total) over jumlahan as sisa,
        bool_or(tersembunyi and total) over jumlahan as total_tersembunyi
    from jumlahan_{{ n }}
    window jumlahan as (partition by jumlahan)
),

pelengkap_{{ n }} as (
    select
        *,
        case
            when total_tersembunyi then banyak = 0
            else banyak = 1 or sisa < {{ ambang('sel_minimum') }} or sisa = banyak
        end as terbaca,
        -- Best hidden beside others that are: alone in its other sum it would be told from that.
        count(*) filter (where banyak > 0) over (partition by kode_desa, ukuran, kelas) as bersama
    from sisa_{{ n }}
),

urut_{{ n }} as (
    select
        *,
        row_number() over (
            partition by jumlahan order by tersembunyi, total, bersama desc, jumlah, kelas, kode_desa
        ) as ke
    from pelengkap_{{ n }}
),

sel_{{ n + 1 }} as (
    select kode_desa, ukuran, kelas, jumlah, tersembunyi or bool_or(coalesce(terbaca, false) and ke = 1) as tersembunyi
    from urut_{{ n }}
    group by kode_desa, ukuran, kelas, jumlah, tersembunyi
)
{%- endfor %}

select * from sel_{{ putaran }}
