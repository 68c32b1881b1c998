-- depends_on: {{ ref('survivorship') }}
{%- set aturan = survivorship('individu') %}
-- One row a person that a registry carries this month. Each attribute comes from the source that the seed
-- `survivorship` ranks first, the NIK from golden_individu__nik; whether the person is dead or has moved follows from
-- Dukcapil's verdict, the registries and what officers saw (rules.md "Golden").
{%- set kata_meninggal -%}
    greatest(
        {% for s in sumber() -%}
        case when {{ s }}.status_hidup = 'meninggal' then {{ s }}.tanggal end{{ ',' if not loop.last }}
        {% endfor %}
    )
{%- endset %}
{%- set atribut = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'keberadaan', 'tanggal_meninggal'] %}
with lain as (
    -- What the further records of a source say (`ke` > 1). They are few; the main ones are joined below.
    select uid, coalesce(bool_or(status_hidup = 'hidup'), false) as hidup
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
            {{ kata_meninggal }} > coalesce(
                greatest(
                    {% for s in sumber() -%}
                    case when {{ s }}.status_hidup is distinct from 'meninggal' then {{ s }}.tanggal end{{ ',' if not loop.last }}
                    {% endfor %}
                ), '-infinity'
            ), false
        ) as meninggal,
        {{ kata_meninggal }} as kata_meninggal,
        -- The newest record that has the person here; null if none says anything of the whereabouts.
        greatest(
            {% for s in sumber() -%}
            case when {{ s }}.keberadaan not in ('pindah', 'meninggal') then coalesce({{ s }}.tanggal, '-infinity') end
            {{- ',' if not loop.last }}
            {% endfor %}
        ) as kata_ada,
        {% for s in sumber() -%}
        coalesce({{ s }}.status_hidup = 'meninggal', false) {{ 'or' if not loop.last }}
        {% endfor -%}
        as disebut_mati,
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

bentuk as (
    -- The form of the best NIK that a person without a valid one was given.
    select distinct on (uid) uid, bentuk_nik
    from {{ ref('golden_individu__rekaman') }}
    where nik is null
    order by uid, bentuk_nik = 'kosong', prioritas, id_sumber
),

lalu as (
    -- Death once known stays, and so does a move.
    select
        uid_individu as uid, status_hidup = 'meninggal' as mati, tanggal_meninggal,
        -- A superseded id is published as moved although nobody said so.
        keberadaan = 'pindah' and digantikan_oleh is null as pindah,
        split_part(rekaman_identitas, '|', 1) as penutur
    from {{ source('rilis', 'individu') }}
    where id_rilis = {{ id_bulan_lalu() }} and (status_hidup = 'meninggal' or keberadaan = 'pindah')
),

pindah as (
    -- On whose word last month's release had somebody as moved, if it was not that of the main record (`penutur`).
    select uid, sumber, tanggal
    from {{ source('rilis', 'asal_usul') }}
    where id_rilis = {{ id_bulan_lalu() }} and grain = 'individu' and kolom = 'keberadaan' and nilai = 'pindah'
        -- As an array, so that these few are looked up by index.
        and uid = any(array(select lalu.uid from lalu where lalu.pindah))
),

kunjungan as (
    -- The last sound visit that found the person dead, and the last that met the person.
    select
        uid_individu as uid,
        max(tanggal) filter (where hasil = 'meninggal') as mati_pada,
        (array_agg(id_verifikasi order by tanggal desc, id_verifikasi) filter (where hasil = 'meninggal'))[1] as id_mati,
        max(tanggal) filter (where hasil <> 'meninggal') as temu_pada,
        (array_agg(id_verifikasi order by tanggal desc, id_verifikasi) filter (where hasil <> 'meninggal'))[1] as id_temu
    from {{ ref('casework_verifikasi') }}
    where sah and hasil in ('meninggal', 'layak', 'mampu') and tanggal <= {{ tanggal_acuan() }}
        and uid_individu is not null
    group by uid_individu
),

ditimbang as (
    select
        orang.*,
        nomor.nik, nomor.nik_lain, nomor.nik_dari_dukcapil, nomor.hasil, nomor.pada, nomor.baru,
        nomor.tanggal_meninggal as tanggal_meninggal_dukcapil,
        coalesce(lalu.mati, false) as mati_lalu,
        coalesce(lalu.pindah, false) as pindah_lalu,
        case when pindah.sumber in ('dukcapil', 'rilis') then pindah.tanggal end as pindah_pada,
        case coalesce(pindah.sumber, lalu.penutur)
            {% for s in sumber() -%}
            when '{{ s }}' then orang.di_{{ s }}
            {% endfor -%}
            else false
        end as penutur_hadir,
        lalu.tanggal_meninggal as tanggal_meninggal_lalu,
        kunjungan.id_mati, kunjungan.mati_pada, kunjungan.id_temu, kunjungan.temu_pada,
        -- The word of one registry counts together with that of an officer who found the person dead.
        orang.disebut_mati and coalesce(kunjungan.mati_pada > coalesce(kunjungan.temu_pada, '-infinity'), false)
            as mati_dilihat,
        -- The day of the newest word of death, without Dukcapil's.
        greatest(orang.kata_meninggal, {{ pemenang(aturan, 'tanggal_meninggal') }}, kunjungan.mati_pada) as kata
    from orang
    inner join {{ ref('golden_individu__nik') }} as nomor on orang.uid = nomor.uid
    left join lalu on orang.uid = lalu.uid
    left join pindah on orang.uid = pindah.uid
    left join kunjungan on orang.uid = kunjungan.uid
),

bertemu as (
    select
        orang.*,
        -- An officer met the person after the last word of death, whosever it is. If only the release of last month has
        -- the person dead, the visit has to be later than the end of that month.
        coalesce(
            orang.temu_pada > coalesce(
                greatest(orang.kata, case when orang.hasil = 'meninggal' then orang.pada end),
                case when orang.mati_lalu then {{ akhir_bulan_lalu() }} end,
                '-infinity'
            ), false
        ) as ditemui
    from ditimbang as orang
    -- A fence, here and below, so that Postgres works these columns out once for each person.
    offset 0
),

dinilai as (
    select
        orang.*,
        -- Dead by Dukcapil's word, by the registries', or by one registry's and a visit. A later `padan` of Dukcapil
        -- takes that back, and so does a later visit that met the person (rules.md "Golden").
        not orang.ditemui and case orang.hasil
            when 'meninggal' then true
            when 'padan' then
                (
                    (orang.meninggal or orang.mati_dilihat) and coalesce(orang.pada <= orang.kata, false)
                )
                or (orang.mati_lalu and not orang.baru)
            else orang.meninggal or orang.mati_dilihat or orang.mati_lalu
        end as mati,
        -- Published as moved last month, and nobody has taken that back: no word of Dukcapil, no newer record that has
        -- the person here (of a move that a registry had told: any record), no visit that met the person since. A
        -- registry that told it and still carries the person speaks for itself.
        orang.pindah_lalu and not orang.penutur_hadir and coalesce(orang.hasil not in ('padan', 'padan_nama_beda'), true)
            and coalesce(orang.kata_ada <= orang.pindah_pada, orang.kata_ada is null)
            and coalesce(orang.temu_pada <= coalesce(orang.pindah_pada, {{ akhir_bulan_lalu() }}), true) as tetap_pindah
    from bertemu as orang
    offset 0
),

golden_individu as (
    select
        orang.uid,
        orang.uid_rumah_tangga,
        orang.rekaman_identitas,
        orang.nik,
        orang.nik_lain,
        bentuk.bentuk_nik,
        orang.hasil as hasil_dukcapil,
        -- The columns whose value Dukcapil decided, whatever the registries say.
        case
            when orang.hasil = 'meninggal' and orang.mati
                then array['status_hidup', 'keberadaan']
                    || case when orang.tanggal_meninggal_dukcapil is not null then array['tanggal_meninggal'] end
            when orang.hasil = 'pindah_luar_kab' then array['keberadaan']
            when orang.hasil = 'padan' and not orang.mati
                and (orang.meninggal or orang.mati_dilihat or orang.mati_lalu or not orang.hidup)
                then array['status_hidup']
        end || case when orang.nik_dari_dukcapil then array['nik'] end as kata_dukcapil,
        orang.pada as tanggal_dukcapil,
        -- The columns whose value a visit decided; the visit and its day follow below.
        case
            when orang.mati and orang.mati_dilihat and not orang.meninggal and coalesce(orang.hasil <> 'meninggal', true)
                then array['status_hidup', 'keberadaan']
            when orang.ditemui and (
                orang.disebut_mati or orang.mati_lalu or orang.hasil = 'meninggal'
                or not orang.hidup and orang.hasil is distinct from 'padan'
            ) then array['status_hidup']
        end as kata_kunjungan,
        -- The columns whose value is kept from the release before, although nobody says so now.
        case
            when not orang.mati and orang.tetap_pindah then array['keberadaan']
            when orang.mati and orang.mati_lalu and not orang.meninggal and not orang.mati_dilihat
                and coalesce(orang.hasil <> 'meninggal', true)
                then array['status_hidup', 'keberadaan', 'tanggal_meninggal']
        end as kata_rilis,
        case when not orang.mati and orang.tetap_pindah then orang.pindah_pada end as tanggal_rilis,
        case when orang.mati then orang.id_mati else orang.id_temu end as id_kunjungan,
        case when orang.mati then orang.mati_pada else orang.temu_pada end as tanggal_kunjungan,
        {{ pemenang(aturan, 'nama') }} as nama,
        {{ pemenang(aturan, 'jenis_kelamin') }} as jenis_kelamin,
        {{ pemenang(aturan, 'tanggal_lahir') }} as tanggal_lahir,
        coalesce(orang.hubungan, {{ pemenang(aturan, 'hubungan') }}) as hubungan,
        case
            when orang.mati then 'meninggal'
            when orang.hidup or orang.hasil = 'padan' or orang.ditemui then 'hidup'
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
            when orang.hasil = 'pindah_luar_kab' or orang.tetap_pindah then 'pindah'
            -- If one registry says `meninggal` and that does not suffice yet, its word on the whereabouts is ignored.
            else coalesce(nullif({{ pemenang(aturan, 'keberadaan') }}, 'meninggal'), 'tidak_diketahui')
        end as keberadaan,
        {% for s in sumber() -%}
        orang.di_{{ s }}{{ ',' if not loop.last }}
        {% endfor %}
    from dinilai as orang
    left join bentuk on orang.uid = bentuk.uid
)

select * from golden_individu
