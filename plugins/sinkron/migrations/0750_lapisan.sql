-- Which steps have built the tables of the candidate. Unlogged like these tables themselves: after a crash of the server
-- both are empty, and a step that would read nothing says so instead of taking it for a month without people.
create unlogged table buku.lapisan (
    langkah text primary key,
    id_rilis text not null
);
comment on table buku.lapisan is 'Langkah yang tabel antaranya sudah dibangun, dan untuk kandidat mana';
