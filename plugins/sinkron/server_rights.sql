-- What every login of a server may do by default, and readers must not (docs/decisions/0021). Run as superuser, in each
-- database by itself, as often as one likes: the embedded server does it at every start, for another one see
-- docs/runbooks/a-server-of-your-own.md. The owner of the database keeps what the pipeline needs.
do $$
declare
    tool regprocedure;
    pemilik name := (select pg_get_userbyid(datdba) from pg_database where datname = current_database());
    -- By name beside pg_database_owner: a session on a reserved connection does not know that it is this one, for its
    -- roles were looked up before its database was.
    para_pemilik text := (
        select string_agg(distinct quote_ident(rolname), ', ')
        from pg_database inner join pg_roles on datdba = pg_roles.oid
    ) || ', pg_database_owner';
begin
    -- Large objects: whoever may connect could write them until the disk is full.
    for tool in
        select oid from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace and proname in ('lo_create', 'lo_creat', 'lo_from_bytea')
    loop
        execute format('revoke execute on function %s from public', tool);
    end loop;
    -- Advisory locks: a reader could hold those of the pipeline, or of Airflow, for ever.
    for tool in
        select oid from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory_(xact_)?lock'
    loop
        execute format('revoke execute on function %s from public', tool);
        execute format('grant execute on function %s to %s', tool, para_pemilik);
    end loop;
    -- The language: who may write a block of it can raise log lines, and forge those that tell of a read. Functions
    -- that stand run for everybody who may execute them. The owner passes it on to the owner of the views.
    revoke usage on language plpgsql from public;
    execute format('grant usage on language plpgsql to %s with grant option', para_pemilik);
    -- Who is granted nothing in this database has no business in it.
    execute format('revoke connect, temporary on database %I from public', current_database());
    -- From Postgres 16 on readers that take up all connections stop the pipeline no more.
    if exists (select from pg_roles where rolname = 'pg_use_reserved_connections')
        and not (select rolsuper from pg_roles where rolname = pemilik)
    then
        execute format('grant pg_use_reserved_connections to %I', pemilik);
    end if;
end $$;
