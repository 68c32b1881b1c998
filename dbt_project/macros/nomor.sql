{# NIK and No KK (domain.md 2.1-2.3), reduced to their digits. Blanks, dots and quotes around the digits are form, not
   value. The same is true of full-width digits, and of the letters O and I in place of 0 and 1. Sixteen bytes without
   these letters are returned as they are: either they are sixteen digits, or the number is damaged whatever is removed
   from it. #}
{% macro angka(kolom) -%}
    case
        when octet_length({{ kolom }}) = 16 and strpos({{ kolom }}, 'O') = 0 and strpos({{ kolom }}, 'I') = 0
            then {{ kolom }}
        -- A number that became a float stays damaged: without the
        -- dot, fifteen digits and `.0` would be somebody's number.
        when {{ kolom }} ~ '[.]0+[^0-9]*$' then {{ kolom }}
        else translate(
            {{ kolom }}, 'OI０１２３４５６７８９ .''`"' || chr(160) || chr(8203) || chr(65279), '010123456789'
        )
    end
{%- endmacro %}

{# kosong | rusak | sementara | sah, from the form alone (rules.md, nik_status; domain.md 2.1). Digits 7 and 8 are the day
   (for women + 40), 9 and 10 the month, 11 and 12 the year; 30 February is no date. They are checked by arithmetic,
   because a regular expression takes ten times as long and there are a million numbers. #}
{% macro bentuk_nik(nik) -%}
    case
        when {{ nik }} is null then 'kosong'
        when {{ enam_belas_angka(nik) }} then
            case
                when {{ nik }} = repeat(left({{ nik }}, 1), 16) or {{ nik }}::bigint % 10000 = 9999 then 'sementara'
                when {{ nik }}::bigint % 10000 <> 0
                    and {{ nik }}::bigint / 100000000 % 100 < 72
                    and {{ nik }}::bigint / 100000000 % 100 % 40 between 1 and case {{ nik }}::bigint / 1000000 % 100
                        when 2 then case when {{ nik }}::bigint / 10000 % 4 = 0 then 29 else 28 end
                        when 4 then 30 when 6 then 30 when 9 then 30 when 11 then 30
                        else 31
                    end
                    and {{ nik }}::bigint / 1000000 % 100 between 1 and 12 then 'sah'
                else 'rusak'
            end
        when {{ nik }} !~ '^[0-9]{16}$' then 'rusak'
        when {{ nik }} = repeat(left({{ nik }}, 1), 16) or right({{ nik }}, 4) = '9999' then 'sementara'
        else 'rusak'
    end
{%- endmacro %}

{# The number, or null if it cannot be a KK number: its registration day has no +40, and its serial is not 0000. #}
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

{# Whether the text is sixteen digits, the first of them not zero: it is an integer, has sixteen bytes, and is so large
   that all of them must be digits. A text that begins with a digit from 1 to 9 has no sign, blank or 0x. (No sixteen
   digits are written here, because what dbt writes is searched for NIK.) #}
{% macro enam_belas_angka(nomor) -%}
    octet_length({{ nomor }}) = 16 and strpos('123456789', left({{ nomor }}, 1)) > 0
        and case
            when pg_input_is_valid({{ nomor }}, 'bigint') then {{ nomor }}::bigint >= 1e15
        end
{%- endmacro %}

{# Registration date inside a valid KK number (digits 7-12); null if it is impossible or after the period. #}
{% macro kk_terdaftar(kk) -%}
    case
        when substr({{ kk }}, 7, 4) not in ('3002', '3102', '3104', '3106', '3109', '3111')
            and '20' || substr({{ kk }}, 11, 2) || substr({{ kk }}, 9, 2) || substr({{ kk }}, 7, 2)
            <= to_char({{ tanggal_acuan() }}, 'YYYYMMDD')
            and (substr({{ kk }}, 7, 4) <> '2902' or substr({{ kk }}, 11, 2)::int % 4 = 0)
            then to_date('20' || substr({{ kk }}, 11, 2) || substr({{ kk }}, 9, 2) || substr({{ kk }}, 7, 2), 'YYYYMMDD')
    end
{%- endmacro %}

{# Whether two numbers of 16 digits differ in one digit or by one swap of neighbouring digits: a typing error. #}
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

{# Digits 1-4, then twelve stars, because the date or the serial inside would reveal the rest (contracts/published.md).
   #}
{% macro samar(nomor) -%}
    left({{ nomor }}, 4) || repeat('*', 12)
{%- endmacro %}

{# First letter of each word, then ***. #}
{% macro samar_nama(nama) -%}
    regexp_replace({{ nama }}, '(\S)\S*', '\1***', 'g')
{%- endmacro %}
