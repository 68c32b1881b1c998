-- depends_on: {{ ref('survivorship') }}
{%- set aturan = survivorship('individu') %}
-- One row per person that at least one registry lists this month. Each attribute comes from the source that wins under
-- the seed `survivorship`, and the NIK comes from golden_individu__nik. Whether the person is dead or has moved is
-- decided from Dukcapil's verdict, the registries and the officers' visits (rules.md "Golden").
{%- set kata_meninggal -%}
    greatest(
        {% for s in sumber() -%}
        case when {{ s }}.status_hidup = 'meninggal' then {{ s }}.tanggal end{{ ',' if not loop.last }}
        {% endfor %}
    )
{%- endset %}
{%- set atribut = ['nama', 'jenis_kelamin', 'tanggal_lahir', 'hubungan', 'keberadaan', 'tanggal_meninggal'] %}
with sedikit as materialized (
    -- Further records of a source (`ke` > 1) and records without a valid NIK: these are few, and one scan finds them.
    -- The main records (`ke` = 1) are joined in `orang`.
    select uid, sumber, id_sumber, ke, prioritas, nik, bentuk_nik, hubungan, status_hidup
    from {{ ref('golden_individu__rekaman') }}
    where ke > 1 or nik is null
),

lain as (
    -- One row per person with further records: whether one of them says that the person is alive.
    select uid, coalesce(bool_or(status_hidup = 'hidup'), false) as hidup
    from sedikit
    where ke > 1
    group by uid
),

orang as (
    -- One row per person, with the main record of each source side by side in columns.
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
        -- The relation is to the head of the family that decides in which household the person is (`tempat`).
        case
            {% for s in sumber() -%}
            when tempat.sumber = '{{ s }}' and tempat.id_sumber = {{ s }}.id_sumber then {{ s }}.hubungan
            {% endfor -%}
            else penempat.hubungan
        end as hubungan,
        -- Dead if two registries say so, or if one says so and its record is newer than all records that do not
        -- (rules.md "Golden").
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
        -- Date of the newest record whose `keberadaan` puts the person
        -- here (neither moved nor dead); null if no record does.
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
    left join sedikit as penempat
        on tempat.sumber = penempat.sumber and tempat.id_sumber = penempat.id_sumber and penempat.ke > 1
    where tempat.id_rilis = {{ id_rilis() }}
),

bentuk as (
    -- One row per person that has a record without a valid NIK: the form of that number (of the best one, if there are
    -- several). It is needed where the person has no valid NIK at all.
    select distinct on (uid) uid, bentuk_nik
    from sedikit
    where nik is null
    order by uid, bentuk_nik = 'kosong', prioritas, id_sumber
),

lalu as (
    -- One row per person that last month's release published as
    -- dead or as moved. Both stay until something takes them back.
    select
        uid_individu as uid, status_hidup = 'meninggal' as mati, tanggal_meninggal,
        -- A superseded id is published as moved, but no source said so: it does not count as a move here.
        keberadaan = 'pindah' and digantikan_oleh is null as pindah,
        split_part(rekaman_identitas, '|', 1) as penutur
    from {{ source('rilis', 'individu') }}
    where id_rilis = {{ id_bulan_lalu() }} and (status_hidup = 'meninggal' or keberadaan = 'pindah')
),

pindah as (
    -- One row per person that last month's release published as moved: the source that said so, if it was not the main
    -- record. If it was the main record, `lalu.penutur` names the source.
    select uid, sumber, tanggal
    from {{ source('rilis', 'asal_usul') }}
    where id_rilis = {{ id_bulan_lalu() }} and grain = 'individu' and kolom = 'keberadaan' and nilai = 'pindah'
        -- An array, so that Postgres looks up these few rows by index.
        and uid = any(array(select lalu.uid from lalu where lalu.pindah))
),

kunjungan as (
    -- One row per person: the last valid visit (`sah`) that found
    -- the person dead, and the last one that met the person.
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
    -- One row per person, with all that decides on death and move:
    -- records, Dukcapil's verdict, last month's release and visits.
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
        -- A registry says dead, and an officer found the person dead
        -- and has not met the person since: together this is enough.
        orang.disebut_mati and coalesce(kunjungan.mati_pada > coalesce(kunjungan.temu_pada, '-infinity'), false)
            as mati_dilihat,
        -- Date of the newest statement that the person is dead, from any source but Dukcapil.
        greatest(orang.kata_meninggal, {{ pemenang(aturan, 'tanggal_meninggal') }}, kunjungan.mati_pada) as kata
    from orang
    inner join {{ ref('golden_individu__nik') }} as nomor on orang.uid = nomor.uid
    left join lalu on orang.uid = lalu.uid
    left join pindah on orang.uid = pindah.uid
    left join kunjungan on orang.uid = kunjungan.uid
),

bertemu as (
    -- One row per person: adds whether an officer has met the person after all statements of death (`ditemui`).
    select
        orang.*,
        -- True if an officer met the person after the newest statement of death, from any source. If only last month's
        -- release says that the person is dead, the visit must be later than the end of that month.
        coalesce(
            orang.temu_pada > coalesce(
                greatest(orang.kata, case when orang.hasil = 'meninggal' then orang.pada end),
                case when orang.mati_lalu then {{ akhir_bulan_lalu() }} end,
                '-infinity'
            ), false
        ) as ditemui
    from ditimbang as orang
    -- An optimizer fence, here and below: it makes Postgres compute these columns once for each person.
    offset 0
),

dinilai as (
    -- One row per person: adds the decision whether the person is
    -- dead (`mati`) or still counts as moved (`tetap_pindah`).
    select
        orang.*,
        -- Dead if Dukcapil says so, if the registries say so, or if one registry and a visit say so. A later `padan`
        -- from Dukcapil takes this back, and so does a later visit that met the person (rules.md "Golden").
        not orang.ditemui and case orang.hasil
            when 'meninggal' then true
            when 'padan' then
                (
                    (orang.meninggal or orang.mati_dilihat) and coalesce(orang.pada <= orang.kata, false)
                )
                or (orang.mati_lalu and not orang.baru)
            else orang.meninggal or orang.mati_dilihat or orang.mati_lalu
        end as mati,
        -- Last month's release published the person as moved, and nothing has taken that back. Each of these takes it
        -- back: Dukcapil finds the person (`padan`, `padan_nama_beda`); a newer record puts the person here (any
        -- record, if a registry had reported the move); a later visit met the person. If the registry that reported the
        -- move still lists the person, its record of this month decides.
        orang.pindah_lalu and not orang.penutur_hadir and coalesce(orang.hasil not in ('padan', 'padan_nama_beda'), true)
            and coalesce(orang.kata_ada <= orang.pindah_pada, orang.kata_ada is null)
            and coalesce(orang.temu_pada <= coalesce(orang.pindah_pada, {{ akhir_bulan_lalu() }}), true) as tetap_pindah
    from bertemu as orang
    offset 0
),

golden_individu as (
    -- One row per person: the published values, and which of them
    -- Dukcapil, a visit or last month's release decided (`kata_*`).
    select
        orang.uid,
        orang.uid_rumah_tangga,
        orang.rekaman_identitas,
        orang.nik,
        orang.nik_lain,
        bentuk.bentuk_nik,
        orang.hasil as hasil_dukcapil,
        -- The columns whose value Dukcapil decided, no matter what the registries say.
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
        -- The columns whose value a visit decided. The id and day of that visit follow below.
        case
            when orang.mati and orang.mati_dilihat and not orang.meninggal and coalesce(orang.hasil <> 'meninggal', true)
                then array['status_hidup', 'keberadaan']
            when orang.ditemui and (
                orang.disebut_mati or orang.mati_lalu or orang.hasil = 'meninggal'
                or not orang.hidup and orang.hasil is distinct from 'padan'
            ) then array['status_hidup']
        end as kata_kunjungan,
        -- The columns whose value is kept from last month's release, although no source says so now.
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
            -- If one registry says `meninggal` but that is not enough to count as dead, its `keberadaan` is ignored.
            else coalesce(nullif({{ pemenang(aturan, 'keberadaan') }}, 'meninggal'), 'tidak_diketahui')
        end as keberadaan,
        {% for s in sumber() -%}
        orang.di_{{ s }}{{ ',' if not loop.last }}
        {% endfor %}
    from dinilai as orang
    left join bentuk on orang.uid = bentuk.uid
)

select * from golden_individu
