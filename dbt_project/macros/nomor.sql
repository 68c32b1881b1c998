{# NIK and No KK (domain.md 2.1-2.3) with their digits alone. Blanks, dots and quotes around the digits are form, not
   value; so are digits of full width, and the letters O and I where 0 and 1 belong. Sixteen bytes without these letters
   are returned as they are: they are sixteen digits, or a damaged number whatever is removed from it. #}
{% macro angka(kolom) -%}
    case
        when octet_length({{ kolom }}) = 16 and strpos({{ kolom }}, 'O') = 0 and strpos({{ kolom }}, 'I') = 0
            then {{ kolom }}
        -- A number that became a float stays damaged: fifteen digits and `.0` without the dot would be somebody's
        -- number.
        when {{ kolom }} ~ '[.]0+[^0-9]*$' then {{ kolom }}
        else translate(
            {{ kolom }}, 'OI０１２３４５６７８９ .''`"' || chr(160) || chr(8203) || chr(65279), '010123456789'
        )
    end
{%- endmacro %}

{# kosong | rusak | sementara | sah, from the form alone (rules.md, nik_status). By arithmetic: digits 7 and 8 are the
   day, for women + 40, 9 and 10 the month. A regular expression takes ten times as long, and there are a million. #}
{% macro bentuk_nik(nik) -%}
    case
        when {{ nik }} is null then 'kosong'
        when {{ enam_belas_angka(nik) }} then
            case
                when {{ nik }} = repeat(left({{ nik }}, 1), 16) or {{ nik }}::bigint % 10000 = 9999 then 'sementara'
                when {{ nik }}::bigint % 10000 <> 0
                    and {{ nik }}::bigint / 100000000 % 100 % 40 between 1 and 31
                    and {{ nik }}::bigint / 100000000 % 100 < 72
                    and {{ nik }}::bigint / 1000000 % 100 between 1 and 12 then 'sah'
                else 'rusak'
            end
        when {{ nik }} !~ '^[0-9]{16}$' then 'rusak'
        when {{ nik }} = repeat(left({{ nik }}, 1), 16) or right({{ nik }}, 4) = '9999' then 'sementara'
        else 'rusak'
    end
{%- endmacro %}

{# Null unless it can be a KK number: no +40 in its registration day, serial not 0000. #}
{% macro kk_sah(kk) -%}
    case
        when {{ enam_belas_angka(kk) }} then
            case
                when {{ kk }} <> repeat(left({{ kk }}, 1), 16) and {{ kk }}::bigint % 10000 <> 0
                    and {{ kk }}::bigint / 100000000 % 100 between 1 and 31
                    and {{ kk }}::bigint / 1000000 % 100 between 1 and 12
                    then {{ kk }}
            end
    end
{%- endmacro %}

{# Sixteen digits, the first of them not zero: an integer in sixteen bytes, all of which its digits take. Only what
   begins with one of these is no sign, blank or 0x. (No sixteen digits here: what dbt writes is searched for NIK.) #}
{% macro enam_belas_angka(nomor) -%}
    octet_length({{ nomor }}) = 16 and strpos('123456789', left({{ nomor }}, 1)) > 0
        and case
            when pg_input_is_valid({{ nomor }}, 'bigint') then {{ nomor }}::bigint >= 1e15
        end
{%- endmacro %}

{# Registration date inside a valid KK number (digits 7-12); null when impossible or after the period. #}
{% macro kk_terdaftar(kk) -%}
    case
        when substr({{ kk }}, 7, 4) not in ('3002', '3102', '3104', '3106', '3109', '3111')
            and '20' || substr({{ kk }}, 11, 2) || substr({{ kk }}, 9, 2) || substr({{ kk }}, 7, 2)
            <= to_char({{ tanggal_acuan() }}, 'YYYYMMDD')
            and (substr({{ kk }}, 7, 4) <> '2902' or substr({{ kk }}, 11, 2)::int % 4 = 0)
            then to_date('20' || substr({{ kk }}, 11, 2) || substr({{ kk }}, 9, 2) || substr({{ kk }}, 7, 2), 'YYYYMMDD')
    end
{%- endmacro %}

{# Two numbers of 16 digits that differ in one digit or by one swap of neighbours: a misspelling. #}
{% macro salah_ketik(a, b) -%}
    (
        select count(*) = 1 or (
            count(*) = 2 and max(i) - min(i) = 1
            and substr({{ a }}, min(i), 1) = substr({{ b }}, max(i), 1)
            and substr({{ a }}, max(i), 1) = substr({{ b }}, min(i), 1)
        )
        from generate_series(1, 16) as digit (i)
        where substr({{ a }}, i, 1) <> substr({{ b }}, i, 1)
    )
{%- endmacro %}

{# Digits 1-4, then twelve stars: the date inside, or the serial, would give the rest away
   (contracts/published.md). #}
{% macro samar(nomor) -%}
    left({{ nomor }}, 4) || repeat('*', 12)
{%- endmacro %}

{# First letter of each word, then ***. #}
{% macro samar_nama(nama) -%}
    regexp_replace({{ nama }}, '(\S)\S*', '\1***', 'g')
{%- endmacro %}
