-- A body with a row that was approved for a release which a rollback has withdrawn is not sent, unless it was tried
-- before: then the receiver may have it.

create function antrean.jaga_rilis_ditarik() returns trigger language plpgsql as $$
begin
    if exists (
        select from antrean.isi as i
        where i.id_kiriman = new.id_kiriman and not i.lepas and not exists (
            select from antrean.disahkan as d where d.id_baris = i.id_baris and d.tujuan = i.tujuan
        )
    ) then
        raise exception 'antrean.kiriman %: ada baris dari daftar yang rilisnya ditarik, susun ulang dahulu',
            old.id_kiriman;
    end if;
    return new;
end $$;
create trigger jaga_rilis_ditarik before update on antrean.kiriman for each row
    when (old.percobaan = 0 and new.percobaan > 0 and new.jenis = 'penonaktifan')
    execute function antrean.jaga_rilis_ditarik();
