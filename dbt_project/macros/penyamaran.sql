{# One row per cell of the open data and sum that it is in, and whether the hidden cells of that sum can be calculated
   from the shown ones (`terbaca`).

   A cell is in two sums: its measure's total in its place, and its class over all villages. If the sum is shown, its
   hidden cells are protected only if there is more than one of them, if together they are not a small number
   (`sel_minimum`), and if together they are more than the smallest value that they can have. If the sum is hidden, one
   of its cells must be hidden too. The smallest value of a cell is one (a class that nobody is in has no row). The
   smallest value of a sum is what is shown of it, plus one for each cell that is not shown. #}
{% macro jumlahan_sel(sel) -%}
    (
        with bagian as materialized (
            select distinct ukuran, split_part(ukuran, '_menurut_', 1) as induk
            from {{ ref('ringkasan_dasar') }} where ukuran like '%\_menurut\_%'
        ),

        jumlahan as (
            select sel.*, dalam.jumlahan, dalam.total
            from {{ sel }} as sel
            cross join lateral (
                select sel.ukuran || '/' || sel.kelas as jumlahan, sel.kode_desa is null as total
                union all
                -- A person can receive several programmes, so in a place the programmes have no total.
                select coalesce(sel.kode_desa, '') || '/' || bagian.ukuran, sel.ukuran = bagian.induk
                from bagian where sel.ukuran in (bagian.ukuran, bagian.induk)
            ) as dalam
        ),

        berisi as (
            select
                *,
                sum(case when total then 0 when tersembunyi then 1 else jumlah end)
                    over (partition by jumlahan) as isi_terkecil
            from jumlahan
        ),

        terkecil as (
            select
                *,
                coalesce(
                    max(isi_terkecil) filter (where total) over (partition by kode_desa, ukuran, kelas), 1
                ) as sel_terkecil
            from berisi
        ),

        sisa as (
            select
                *,
                count(*) filter (where tersembunyi and not total) over jumlahan as banyak,
                sum(jumlah) filter (where tersembunyi and not total) over jumlahan as sisa,
                sum(sel_terkecil) filter (where tersembunyi and not total) over jumlahan as sisa_terkecil,
                bool_or(tersembunyi and total) over jumlahan as total_tersembunyi
            from terkecil
            window jumlahan as (partition by jumlahan)
        )

        select
            *,
            case
                when total_tersembunyi then banyak = 0
                else banyak = 1 or sisa < {{ ambang('sel_minimum') }} or sisa = sisa_terkecil
            end as terbaca
        from sisa
    )
{%- endmacro %}
