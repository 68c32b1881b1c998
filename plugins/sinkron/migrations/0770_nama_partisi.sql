-- Partitions of landed rows are named by the whole id of their delivery: a source that says for a month what it said
-- for an earlier one took the partition of that month away, for both had the name of their rows.

do $$
declare
    partisi record;
begin
    for partisi in
        select c.relname as lama, p.relname || '__' || replace(substr(k.id_kiriman, length(k.sumber) + 2), '-', '_') as baru
        from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        inner join pg_class as p on i.inhparent = p.oid
        inner join buku.kiriman as k on pg_get_expr(c.relpartbound, c.oid) = format('FOR VALUES IN (%L)', k.id_kiriman)
        where p.relnamespace = 'pendaratan'::regnamespace
    loop
        if partisi.lama <> partisi.baru then
            execute format('alter table pendaratan.%I rename to %I', partisi.lama, partisi.baru);
        end if;
    end loop;
end $$;
