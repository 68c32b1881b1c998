{# Housing and asset columns, in the published order. All three registries use the same names (DTSEN's). #}
{% macro kolom_rumah() %}
    {{ return([
        'status_kepemilikan_rumah', 'luas_lantai', 'jenis_lantai_terluas', 'jenis_dinding_terluas',
        'jenis_atap_terluas', 'sumber_air_minum_utama', 'sumber_penerangan_utama', 'daya_terpasang',
        'id_pelanggan_pln', 'bahan_bakar_utama_memasak', 'fasilitas_bab', 'jenis_kloset',
        'pembuangan_akhir_tinja', 'aset_bergerak_lemari_es', 'aset_bergerak_ac', 'aset_bergerak_emas_perhiasan',
        'aset_bergerak_komputer_laptop_tablet', 'aset_bergerak_sepeda_motor', 'aset_bergerak_mobil',
        'aset_tidak_bergerak_lahan_lainnya', 'aset_tidak_bergerak_rumah_lainnya', 'jumlah_ternak_sapi',
        'jumlah_ternak_kambing_domba',
    ]) }}
{% endmacro %}

{# The housing columns that DTJateng does not ask for and Simnakis describes (contracts, asal: lengkap). #}
{% macro kolom_lengkap() %}
    {{ return(['luas_lantai', 'sumber_penerangan_utama', 'bahan_bakar_utama_memasak', 'jenis_kloset',
        'pembuangan_akhir_tinja']) }}
{% endmacro %}

{# The housing and asset columns that only DTSEN has for every family, because Simnakis lists only the assets that a
   family has (contracts, asal: dtsen). #}
{% macro kolom_aset() %}
    {{ return([
        'id_pelanggan_pln', 'jumlah_ternak_sapi', 'jumlah_ternak_kambing_domba', 'aset_bergerak_lemari_es',
        'aset_bergerak_ac', 'aset_bergerak_emas_perhiasan', 'aset_bergerak_komputer_laptop_tablet',
        'aset_bergerak_sepeda_motor', 'aset_bergerak_mobil', 'aset_tidak_bergerak_lahan_lainnya',
        'aset_tidak_bergerak_rumah_lainnya',
    ]) }}
{% endmacro %}

{# Columns that only one registry has: the registry's newest record of a household counts (contracts, asal: dtsen,
   dtjateng). #}
{% macro kolom_satu_sumber() %}
    {{ return(['desil_nasional', 'exclude', 'alasan_exclude', 'peringkat_provinsi']) }}
{% endmacro %}

{# The housing and asset columns that hold a code of the seed `kode`. #}
{% macro kolom_berkode() %}
    {{ return(kolom_rumah() | reject('in', ['luas_lantai', 'id_pelanggan_pln', 'jumlah_ternak_sapi',
        'jumlah_ternak_kambing_domba']) | list) }}
{% endmacro %}

{# The address columns: they are always taken together, as one block (rules.md "Golden"). #}
{% macro kolom_alamat() %}
    {{ return(['kode_desa', 'dusun', 'rt', 'rw', 'alamat', 'lat', 'lon']) }}
{% endmacro %}

{# The states of a membership (contracts/sources.md 1), as an array: golden_kepesertaan stores a state as its position
   in it. #}
{% macro status_kepesertaan() -%}
    array['AKTIF', 'TIDAK_AKTIF', 'EXCLUDE', 'GRADUASI_ALAMIAH', 'GRADUASI_MANDIRI']
{%- endmacro %}

{# Sources in the order of trust for identity. The order per attribute is in the seed `survivorship`. #}
{% macro sumber() %}{{ return(['dtsen', 'dtjateng', 'simnakis']) }}{% endmacro %}

{# Where each source lands. For each source: its name, the entity of its families and the id column of that, the entity
   of its people and the id column of that, the entity of its memberships. #}
{% macro tabel_mendarat() %}
    {{ return([
        ('dtsen', 'keluarga', 'id_keluarga', 'anggota', 'id_anggota', 'kepesertaan'),
        ('dtjateng', 'rumah_tangga', 'id_rt', 'anggota', 'id_ind', 'bantuan'),
        ('simnakis', 'keluarga', 'id', 'anggota', 'id', 'kepesertaan'),
    ]) }}
{% endmacro %}

{# The columns that say which sources list a person or household this month. #}
{% macro kolom_tercatat() %}
    {%- set kolom = [] -%}
    {%- for s in sumber() -%}{%- do kolom.append('di_' ~ s) -%}{%- endfor -%}
    {{ return(kolom) }}
{% endmacro %}

{# Whether any source lists a person or household this month. #}
{% macro tercatat(tabel) -%}
    ({% for kolom in kolom_tercatat() %}{{ tabel }}.{{ kolom }}{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A person counts as a member of the household: neither dead nor moved away (rules.md "Golden"). #}
{% macro masih_anggota(tabel) -%}
    ({{ tabel }}.status_hidup <> 'meninggal' and {{ tabel }}.keberadaan <> 'pindah')
{%- endmacro %}

{# Priority of a source if values tie. #}
{% macro prioritas(kolom) -%}
    case {{ kolom }} {% for s in sumber() %}when '{{ s }}' then {{ loop.index }} {% endfor %}end
{%- endmacro %}

{# Upper case, with single blanks in place of blanks of any kind (tab, no-break, thin, full width). If such a blank were
   left, the release gate would hold the month, because masked names would not have their form. The regular expression
   runs only where it is needed. #}
{% macro teks_nama(kolom) -%}
    upper(
        case
            when position('  ' in {{ kolom }}) > 0 or octet_length({{ kolom }}) <> length({{ kolom }})
                or {{ kolom }} <> translate({{ kolom }}, e'\t\n\r\f\v', '')
                then regexp_replace(
                    {{ kolom }}, '[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'
                )
            else {{ kolom }}
        end
    )
{%- endmacro %}
