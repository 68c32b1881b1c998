{# The first instant after the month in Asia/Jakarta: the run of the month uses only changes before it (rules.md). #}
{% macro akhir_bulan() %}(({{ tanggal_acuan() }} + 1)::timestamp at time zone 'Asia/Jakarta'){% endmacro %}

{# When this candidate was composed. What happens to items of the outbox later counts for the next candidate. #}
{% macro kandidat_dibuat() -%}
    (select rilis.dibuat from {{ source('rilis', 'rilis') }} as rilis where rilis.id_rilis = {{ id_rilis() }})
{%- endmacro %}

{# The day of an instant in Asia/Jakarta. #}
{% macro hari(saat) %}({{ saat }} at time zone 'Asia/Jakarta')::date{% endmacro %}

{# A NIK that somebody wrote down, in its plain form; null if it cannot be a NIK. #}
{% macro nik_sah(kolom) -%}
    case when {{ bentuk_nik(angka(kolom)) }} = 'sah' then {{ angka(kolom) }} end
{%- endmacro %}

{# The month in which a verdict of that day takes effect: rows after the cut-off day wait one month more (rules.md). #}
{% macro bulan_efektif(tanggal) -%}
    to_char(
        date_trunc('month', {{ tanggal }}::timestamp) + make_interval(
            months => case when extract(day from {{ tanggal }}) <= {{ ambang('batas_tanggal_usulan') }} then 1 else 2 end
        ), 'YYYY-MM'
    )
{%- endmacro %}

{# The month after a month YYYY-MM. #}
{% macro bulan_berikut(bulan) -%}
    to_char(to_date({{ bulan }}, 'YYYY-MM')::timestamp + interval '1 month', 'YYYY-MM')
{%- endmacro %}

{# States of an item after which nothing more is asked of its receiver. #}
{% macro keadaan_tutup() -%}
    ('ditolak', 'dibatalkan', 'tercermin', 'muncul_kembali', 'tidak_berlaku')
{%- endmacro %}

{# States of an item that was sent to its receiver. #}
{% macro keadaan_terkirim() -%}
    ('dikirim', 'diakui', 'ditolak', 'tercermin', 'belum_tercermin', 'muncul_kembali')
{%- endmacro %}

{# Findings of a visit that can end a programme; `layak` is the opposite finding. #}
{% macro temuan() %}('mampu', 'meninggal', 'tidak_ditemukan'){% endmacro %}

{# The last visit of each household that counts as proof and that no other visit contradicts, unless it is too old to
   describe the household as it is now (threshold verifikasi_kunjungan_bulan). #}
{% macro kunjungan_terakhir() -%}
    (
        select distinct on (uid_rumah_tangga) uid_rumah_tangga, hasil, tanggal
        from {{ ref('casework_verifikasi') }}
        where sah and not dibantah and tanggal <= {{ tanggal_acuan() }}
            and tanggal > {{ tanggal_acuan() }} - make_interval(months => {{ ambang('verifikasi_kunjungan_bulan') }}::int)
        order by uid_rumah_tangga, tanggal desc, id_verifikasi desc
    )
{%- endmacro %}

{# The programmes of a person that the person's death ends (rules.md "Cases and deactivation"). #}
{% macro program_kematian() %}('PBI_JK', 'PBI_PEMDA', 'PIP'){% endmacro %}

{# The registry that shows what a receiver did with a row. #}
{% macro sumber_tujuan(tujuan) %}case {{ tujuan }} when 'siks_ng' then 'dtsen' else {{ tujuan }} end{% endmacro %}

{# A name in the form that is used for searching: forms of address removed, old spelling changed to the new one, doubled
   letters reduced to one (domain.md 6). #}
{% macro nama_cari(kolom) -%}
    {%- set ejaan = [('OE', 'U'), ('DJ', 'J'), ('TJ', 'C'), ('SJ', 'SY'), ('NJ', 'NY'), ('DH', 'D'), ('TH', 'T')] -%}
    {%- set bentuk = namespace(sql="regexp_replace(upper(" ~ kolom ~ "), '[^A-Z]+', ' ', 'g')") -%}
    {%- for lama, baru in ejaan -%}
        {%- set bentuk.sql = "replace(" ~ bentuk.sql ~ ", '" ~ lama ~ "', '" ~ baru ~ "')" -%}
    {%- endfor -%}
    string_to_array(btrim(regexp_replace(regexp_replace(regexp_replace(
        {{ bentuk.sql }}, '([A-Z])\1', '\1', 'g'
    ), '\y(PAK|BU|BAPAK|BPK|BP|IBU|MBAH|MAS|MBAK|MAK|BOK|NY|TN|HJ|KH|H|ALM|ALMH|ALMARHUM|ALMARHUMAH)\y', ' ', 'g'),
    ' +', ' ', 'g')), ' ')
{%- endmacro %}
