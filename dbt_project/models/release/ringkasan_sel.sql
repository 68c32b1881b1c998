{{ config(schema="golden") }}
-- Every cell of the open data, of the villages and (`kode_desa` null) of the district, and whether it is hidden: cells
-- under the limit, and those that would tell them (macro jumlahan_sel). A cell hidden for one sum can tell in its other,
-- so it goes round; one round was enough in every world so far, and a test holds the build where these are not.
{%- set putaran = 4 %}
with sel_0 as (
    select kode_desa, ukuran, kelas, jumlah::int as jumlah, jumlah < {{ ambang('sel_minimum') }} as tersembunyi
    from {{ ref('ringkasan_dasar') }}
    union all
    select null, ukuran, kelas, sum(jumlah)::int, sum(jumlah) < {{ ambang('sel_minimum') }}
    from {{ ref('ringkasan_dasar') }} group by ukuran, kelas
)
{% for n in range(putaran) %},

pelengkap_{{ n }} as (
    select
        *,
        -- Best hidden beside others that are: alone in its other sum it would be told from that.
        count(*) filter (where banyak > 0) over (partition by kode_desa, ukuran, kelas) as bersama
    from {{ jumlahan_sel('sel_' ~ n) }} as sel
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
