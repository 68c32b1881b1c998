-- depends_on: {{ ref('survivorship') }}
{%- set aturan = survivorship('individu') %}
-- One row a person that a registry carries this month: each attribute from the source that the seed
-- `survivorship` ranks first, the NIK that most of its records carry, death, moves and numbers given up by Dukcapil's
-- verdict and rules.md "Golden".
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
        greatest(
            {% for s in sumber() -%}
            case when {{ s }}.status_hidup = 'meninggal' then {{ s }}.tanggal end{{ ',' if not loop.last }}
            {% endfor %}
        ) as kata_meninggal,
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

verdik as (
    select nik, hasil, tanggal_meninggal, pada, baru
    from {{ source('identitas', 'verdik_kandidat') }}
    where id_rilis = {{ id_rilis() }}
),

alias as (
    select uid, nik, nik_aktif from {{ source('identitas', 'alias') }} where id_rilis = {{ id_rilis() }}
),

verdik_alias as (
    -- What was answered of a number that was given up is said of its bearer.
    select distinct on (alias.uid) alias.uid, alias.nik_aktif, verdik.hasil, verdik.tanggal_meninggal, verdik.pada,
        verdik.baru
    from alias
    inner join verdik on alias.nik = verdik.nik
    order by alias.uid, verdik.pada desc, alias.nik
),

nik_banyak as (
    select uid from orang where nik <> nik_akhir
    union
    select uid from alias
),

nik_berbeda as (
    select
        rekaman.uid, rekaman.nik as nik_rekaman, coalesce(alias.nik_aktif, rekaman.nik) as nik, rekaman.prioritas,
        -- The number that Dukcapil finds the person under goes before one that it does not.
        case
            when verdik.hasil in ('padan', 'padan_nama_beda', 'meninggal', 'pindah_luar_kab') then 1
            when verdik.hasil is null then 2
            else 3
        end as kelas
    from {{ ref('golden_individu__rekaman') }} as rekaman
    inner join nik_banyak on rekaman.uid = nik_banyak.uid
    left join alias on rekaman.uid = alias.uid and rekaman.nik = alias.nik
    left join verdik on coalesce(alias.nik_aktif, rekaman.nik) = verdik.nik
    where rekaman.nik is not null
),

nik_terpilih as (
    select uid, nik
    from (
        select
            uid, nik,
            row_number() over (partition by uid order by min(kelas), count(*) desc, min(prioritas), nik) as urutan
        from nik_berbeda
        group by uid, nik
    ) as urut
    where urutan = 1
),

nik_lain as (
    select berbeda.uid, array_agg(distinct berbeda.nik_rekaman order by berbeda.nik_rekaman) as nik_lain
    from nik_berbeda as berbeda
    inner join nik_terpilih as terpilih on berbeda.uid = terpilih.uid and berbeda.nik_rekaman <> terpilih.nik
    group by berbeda.uid
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

bernomor as (
    select
        orang.*,
        coalesce(terpilih.nik, orang.nik) as nik_terpilih,
        alias.uid is not null as nik_dari_dukcapil,
        coalesce(verdik.hasil, alias.hasil) as hasil,
        coalesce(verdik.tanggal_meninggal, alias.tanggal_meninggal) as tanggal_meninggal_dukcapil,
        coalesce(verdik.pada, alias.pada) as pada,
        coalesce(verdik.baru, alias.baru) as baru
    from orang
    left join nik_terpilih as terpilih on orang.uid = terpilih.uid
    left join verdik on coalesce(terpilih.nik, orang.nik) = verdik.nik
    left join verdik_alias as alias on orang.uid = alias.uid and terpilih.nik = alias.nik_aktif
),

dinilai as (
    select
        orang.*,
        lalu.uid is not null as mati_lalu,
        lalu.tanggal_meninggal as tanggal_meninggal_lalu,
        -- Death by Dukcapil, or by registries; a later `padan` of Dukcapil takes it back (rules.md "Golden").
        case orang.hasil
            when 'meninggal' then true
            when 'padan' then
                (
                    orang.meninggal and coalesce(
                        orang.pada <= greatest(orang.kata_meninggal, {{ pemenang(aturan, 'tanggal_meninggal') }}), false
                    )
                )
                or (lalu.uid is not null and not orang.baru)
            else orang.meninggal or lalu.uid is not null
        end as mati
    from bernomor as orang
    left join lalu on orang.uid = lalu.uid
),

golden_individu as (
    select
        orang.uid,
        orang.uid_rumah_tangga,
        orang.rekaman_identitas,
        orang.nik_terpilih as nik,
        nik_lain.nik_lain,
        bentuk.bentuk_nik,
        orang.hasil as hasil_dukcapil,
        -- The columns whose value is Dukcapil's word, whatever the registries say.
        case
            when orang.hasil = 'meninggal' then array['status_hidup', 'keberadaan', 'tanggal_meninggal']
            when orang.hasil = 'pindah_luar_kab' then array['keberadaan']
            when orang.hasil = 'padan' and not orang.mati and (orang.meninggal or orang.mati_lalu)
                then array['status_hidup']
        end || case when orang.nik_dari_dukcapil then array['nik'] end as kata_dukcapil,
        {{ pemenang(aturan, 'nama') }} as nama,
        {{ pemenang(aturan, 'jenis_kelamin') }} as jenis_kelamin,
        {{ pemenang(aturan, 'tanggal_lahir') }} as tanggal_lahir,
        coalesce(orang.hubungan, {{ pemenang(aturan, 'hubungan') }}) as hubungan,
        case
            when orang.mati then 'meninggal'
            when orang.hidup or orang.hasil = 'padan' then 'hidup'
            else 'tidak_diketahui'
        end as status_hidup,
        case
            when orang.mati
                then coalesce(
                    orang.tanggal_meninggal_dukcapil, {{ pemenang(aturan, 'tanggal_meninggal') }},
                    orang.tanggal_meninggal_lalu
                )
        end as tanggal_meninggal,
        case
            when orang.mati then 'meninggal'
            when orang.hasil = 'pindah_luar_kab' then 'pindah'
            -- One registry's word of death that does not stand yet leaves the person where others see it.
            else coalesce(nullif({{ pemenang(aturan, 'keberadaan') }}, 'meninggal'), 'tidak_diketahui')
        end as keberadaan,
        {% for s in sumber() -%}
        orang.di_{{ s }}{{ ',' if not loop.last }}
        {% endfor %}
    from dinilai as orang
    left join nik_lain on orang.uid = nik_lain.uid
    left join bentuk on orang.uid = bentuk.uid
)

select * from golden_individu
