{# Survivorship rules from the seed: the rows of `survivorship` for a grain, as {atribut: {syarat, sumber: [...]}}. #}
{% macro survivorship(grain) %}
    {% set aturan = {} %}
    {% if execute %}
        {% set rows = run_query(
            "select atribut, sumber, syarat from " ~ ref('survivorship')
            ~ " where grain = '" ~ grain ~ "' order by atribut, urutan"
        ) %}
        {% for row in rows %}
            {% if row['atribut'] not in aturan %}
                {% do aturan.update({row['atribut']: {'syarat': row['syarat'], 'sumber': []}}) %}
            {% endif %}
            {% do aturan[row['atribut']]['sumber'].append(row['sumber']) %}
        {% endfor %}
    {% endif %}
    {{ return(aturan) }}
{% endmacro %}

{# The winning value of an attribute over the main records of each source, side by side in `orang` (<atribut>_<sumber>).
   utama: the first source in rank that has a value; terbaru: the value with the newest own date, ties by rank. #}
{% macro pemenang(aturan, atribut) -%}
    {%- set rule = aturan.get(atribut, {'syarat': 'utama', 'sumber': sumber()}) -%}
    {%- if rule['syarat'] == 'terbaru' -%}
        {%- set terbaru -%}
            greatest({% for s in rule['sumber'] %}{{ tanggal_nilai(atribut, s) }}{{ ', ' if not loop.last }}{% endfor %})
        {%- endset -%}
        case
            {% for s in rule['sumber'] -%}
            when {{ tanggal_nilai(atribut, s) }} = {{ terbaru }} then orang.{{ atribut }}_{{ s }}
            {% endfor -%}
        end
    {%- else -%}
        coalesce({% for s in rule['sumber'] %}orang.{{ atribut }}_{{ s }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endif -%}
{%- endmacro %}

{# The date of a value is that of its record: null if the source has no value. A value without a date is older than all
   others. #}
{% macro tanggal_nilai(atribut, sumber) -%}
    case when orang.{{ atribut }}_{{ sumber }} is not null then coalesce(orang.tanggal_{{ sumber }}, '-infinity') end
{%- endmacro %}

{# Whether a family record (alias `rekaman`, of the household `emas`) is the main record for an attribute. `asal` in the
   contracts says the same for the published view. #}
{% macro utama_rumah(kolom) -%}
    {%- if kolom == 'no_kk' -%} rekaman.utama
    {%- elif kolom == 'peringkat_provinsi' -%} (rekaman.sumber = 'dtjateng' and rekaman.ke = 1)
    {%- elif kolom in kolom_aset() + kolom_satu_sumber() -%} (rekaman.sumber = 'dtsen' and rekaman.ke = 1)
    {%- elif kolom in kolom_lengkap() -%} (emas.rekaman_lengkap = rekaman.sumber || '|' || rekaman.id_keluarga)
    {%- else -%} (rekaman.segar = 1)
    {%- endif -%}
{%- endmacro %}

{# True if a record has another value than the published one, or if it is the main record of the attribute and has no
   value. #}
{% macro beda(nilai, menang, utama) -%}
    ({{ nilai }} is distinct from {{ menang }} and ({{ nilai }} is not null or {{ utama }}))
{%- endmacro %}

{# The same for a housing or asset column. If DTSEN has no record of the family, an asset column has no main record. #}
{% macro beda_rumah(kolom) -%}
    {{ beda('rekaman.' ~ kolom, 'emas.' ~ kolom, utama_rumah(kolom)) }}
    {%- if kolom in kolom_aset() %} or (not emas.di_dtsen and rekaman.{{ kolom }} is not null){% endif %}
{%- endmacro %}

{# What a person record (alias `rekaman`) says of an attribute whose published value is `menang`. If the person is
   published as dead and the record says so too, its `keberadaan` counts as `meninggal`, whatever it holds. #}
{% macro kata_orang(kolom, menang) -%}
    {%- if kolom == 'nik' -%} coalesce(rekaman.nik, rekaman.nik_mentah)
    {%- elif kolom == 'keberadaan' -%}
    case
        when {{ menang }} = 'meninggal' and rekaman.status_hidup = 'meninggal' then 'meninggal' else rekaman.keberadaan
    end
    {%- else -%} rekaman.{{ kolom }}
    {%- endif -%}
{%- endmacro %}
