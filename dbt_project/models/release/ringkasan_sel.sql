{{ config(schema="golden") }}
-- One row per cell of the open data, of the villages and of the district (`kode_desa` is null), and whether it is
-- hidden. Hidden are the cells below the limit, and other cells from which these could be calculated (macro
-- jumlahan_sel). Hiding a cell to protect one of its two sums can make the other one readable, so the rounds
-- (`putaran`) go on until no sum needs another hidden cell: a real district took one round, small worlds took six.
with recursive sel as (
    select
        0 as putaran, kode_desa, ukuran, kelas, sum(jumlah)::int as jumlah,
        sum(jumlah) < {{ ambang('sel_minimum') }} as tersembunyi
    from {{ ref('ringkasan_dasar') }}
    group by grouping sets ((kode_desa, ukuran, kelas), (ukuran, kelas))
    union all
    select distinct putaran + 1, kode_desa, ukuran, kelas, jumlah, tersembunyi or ikut_tersembunyi
    from (
        select
            *,
            bool_or(pelengkap) over (partition by kode_desa, ukuran, kelas) as ikut_tersembunyi,
            bool_or(pelengkap) over () as berlanjut
        from (
            select
                *,
                coalesce(terbaca, false) and not tersembunyi and row_number() over (
                    partition by jumlahan order by tersembunyi, total, bersama desc, jumlah, kelas, kode_desa
                ) = 1 as pelengkap
            from (
                select
                    *,
                    -- Hide first a cell whose other sums also have hidden cells: if it were the only hidden cell of a
                    -- sum, it could be calculated from that sum.
                    count(*) filter (where banyak > 0) over (partition by kode_desa, ukuran, kelas) as bersama
                from {{ jumlahan_sel('sel') }} as jumlahan
            ) as sisa
        ) as urut
    ) as putusan
    where berlanjut
)

select kode_desa, ukuran, kelas, jumlah, tersembunyi
from sel
where sel.putaran = (select max(terakhir.putaran) from sel as terakhir)
