-- A verdict belongs to the month whose run asked for it: ages are reckoned by the month, not by the machine's clock
-- (rules.md "Running unattended"), so that June asked in November is still June's.

alter table identitas.verdik_dukcapil add column acuan date;
comment on column identitas.verdik_dukcapil.acuan is
    'Tanggal acuan bulan yang menanyakannya; kosong pada verdik dari sebelum kolom ini ada';

create function identitas.tanggal_verdik(pada timestamptz, acuan date) returns date
language sql immutable parallel safe as $$
    -- Inside its month the day of the answer; a month that was run late, or ahead of its time, has its last day.
    select case
        when acuan is null or (pada at time zone 'Asia/Jakarta')::date
            between date_trunc('month', acuan::timestamp)::date and acuan
            then (pada at time zone 'Asia/Jakarta')::date
        else acuan
    end
$$;
comment on function identitas.tanggal_verdik(timestamptz, date) is 'Tanggal sebuah verdik bagi bulan yang menanyakannya';
comment on column identitas.verdik_kandidat.pada is
    'Tanggal verdik menurut bulan yang menanyakannya; pada meninggal sejak Dukcapil pertama menyatakannya';
