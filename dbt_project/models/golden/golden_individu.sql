-- depends_on: {{ ref('survivorship') }}
{%- set aturan = survivorship('individu') %}
-- One row a person that a registry carries this month: each attribute from the source that the seed
-- `survivorship` ranks first, the NIK that most of its records carry, death by rules.md "Golden".
{%- set atribut = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'keberadaan', 'tanggal_meninggal'] %}
with lain as (
    -- Further records of a source: few, so that what all records say is asked of the main ones and of these.
    select uid, min(nik) as nik, max(nik) as nik_akhir, coalesce(bool_or(status_hidup = 'hidup'), false) as hidup
    from {{ ref('golden_individu__rekaman') }}
    where ke > 1
    group by uid
),

orang as (
    -- One row a person, with the main record of each source beside each other.
    select
        tempat.uid_individu as uid,
        tempat.uid_rumah_tangga,
        {% for s in sumber() -%}
        {% for kolom in atribut + ['tanggal'] -%}
        {{ s }}.{{ kolom }} as {{ kolom }}_{{ s }},
        {% endfor -%}
        {{ s }}.uid is not null as di_{{ s }},
        {% endfor -%}
        coalesce({% for s in sumber() %}'{{ s }}|' || {{ s }}.id_sumber{{ ', ' if not loop.last }}{% endfor %})
            as rekaman_identitas,
        least({% for s in sumber() %}{{ s }}.nik, {% endfor %}lain.nik) as nik,
        greatest({% for s in sumber() %}{{ s }}.nik, {% endfor %}lain.nik_akhir) as nik_akhir,
        -- The relation is to the head of the family that places the person.
        case
            {% for s in sumber() -%}
            when tempat.sumber = '{{ s }}' and tempat.id_sumber = {{ s }}.id_sumber then {{ s }}.hubungan
            {% endfor -%}
            else penempat.hubungan
        end as hubungan,
        -- Dead by two registries, or by one whose record is newer than all others' (rules.md "Golden").
        {% for s in sumber() -%}
        ({{ s }}.status_hidup is not distinct from 'meninggal')::int {{ '+' if not loop.last }}
        {% endfor -%}
        >= 2
        or coalesce(
            greatest(
                {% for s in sumber() -%}
                case when {{ s }}.status_hidup = 'meninggal' then {{ s }}.tanggal end{{ ',' if not loop.last }}
                {% endfor %}
            ) > coalesce(
                greatest(
                    {% for s in sumber() -%}
                    case when {{ s }}.status_hidup is distinct from 'meninggal' then {{ s }}.tanggal end{{ ',' if not loop.last }}
                    {% endfor %}
                ), '-infinity'
            ), false
        ) as meninggal,
        coalesce(lain.hidup, false)
        {%- for s in sumber() %} or coalesce({{ s }}.status_hidup = 'hidup', false){% endfor %} as hidup
    from {{ source('identitas', 'tempat') }} as tempat
    {% for s in sumber() -%}
    left join {{ ref('golden_individu__rekaman') }} as {{ s }}
        on tempat.uid_individu = {{ s }}.uid and {{ s }}.sumber = '{{ s }}' and {{ s }}.ke = 1
    {% endfor -%}
    left join lain on tempat.uid_individu = lain.uid
    left join {{ ref('golden_individu__rekaman') }} as penempat
        on tempat.sumber = penempat.sumber and tempat.id_sumber = penempat.id_sumber and penempat.ke > 1
    where tempat.id_rilis = {{ id_rilis() }}
),

nik_berbeda as (
    select
        rekaman.uid, rekaman.nik,
        row_number() over (
            partition by rekaman.uid order by count(*) desc, min(rekaman.prioritas), rekaman.nik
        ) as urutan
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join orang on rekaman.uid = orang.uid and orang.nik <> orang.nik_akhir
    where rekaman.nik is not null
    group by rekaman.uid, rekaman.nik
),

nik_terpilih as (
    select
        uid,
        max(nik) filter (where urutan = 1) as nik,
        array_agg(nik order by nik) filter (where urutan > 1) as nik_lain
    from nik_berbeda
    group by uid
),

bentuk as (
    -- The form of the best NIK that a person without a valid one was given.
    select distinct on (uid) uid, bentuk_nik
    from {{ ref('golden_individu__rekaman') }}
    where nik is null
    order by uid, bentuk_nik = 'kosong', prioritas, id_sumber
),

lalu as (
    -- Death once known stays.
    select uid_individu as uid, tanggal_meninggal
    from {{ source('rilis', 'individu') }}
    where id_rilis = {{ id_sebelum() }} and status_hidup = 'meninggal'
),

golden_individu as (
    select
        orang.uid,
        orang.uid_rumah_tangga,
        orang.rekaman_identitas,
        coalesce(nik_terpilih.nik, orang.nik) as nik,
        nik_terpilih.nik_lain,
        bentuk.bentuk_nik,
        {{ pemenang(aturan, 'nama') }} as nama,
        {{ pemenang(aturan, 'jenis_kelamin') }} as jenis_kelamin,
        {{ pemenang(aturan, 'tanggal_lahir') }} as tanggal_lahir,
        coalesce(orang.hubungan, {{ pemenang(aturan, 'hubungan') }}) as hubungan,
        case
            when orang.meninggal or lalu.uid is not null then 'meninggal'
            when orang.hidup then 'hidup'
            else 'tidak_diketahui'
        end as status_hidup,
        case
            when orang.meninggal or lalu.uid is not null
                then coalesce({{ pemenang(aturan, 'tanggal_meninggal') }}, lalu.tanggal_meninggal)
        end as tanggal_meninggal,
        case
            when orang.meninggal or lalu.uid is not null then 'meninggal'
            -- One registry's word of death that does not stand yet leaves the person where others see it.
            else coalesce(nullif({{ pemenang(aturan, 'keberadaan') }}, 'meninggal'), 'tidak_diketahui')
        end as keberadaan,
        {% for s in sumber() -%}
        orang.di_{{ s }}{{ ',' if not loop.last }}
        {% endfor %}
    from orang
    left join nik_terpilih on orang.uid = nik_terpilih.uid
    left join bentuk on orang.uid = bentuk.uid
    left join lalu on orang.uid = lalu.uid
)

select * from golden_individu
