-- The identity registry: ids given once, which record is whose in each release, who lives where, and what changed.

create table identitas.individu (
    uid text primary key,
    id_rilis_awal text not null,
    sumber_awal text not null,
    id_awal text not null,
    digantikan_oleh text references identitas.individu
);
comment on table identitas.individu is 'Setiap uid_individu yang pernah diberikan; tidak pernah dihapus';

create table identitas.rumah_tangga (
    uid text primary key,
    id_rilis_awal text not null,
    sumber_awal text not null,
    id_awal text not null,
    digantikan_oleh text references identitas.rumah_tangga
);
comment on table identitas.rumah_tangga is 'Setiap uid_rumah_tangga yang pernah diberikan; tidak pernah dihapus';

create table identitas.tautan (
    id_rilis text not null,
    grain text not null check (grain in ('individu', 'rumah_tangga')),
    sumber text not null,
    id_sumber text not null,
    uid text not null,
    aturan text not null,
    utama boolean not null
) partition by list (id_rilis);
comment on table identitas.tautan is 'Rekaman sumber mana menjadi uid mana, per rilis; utama = rekaman yang terbit';

create table identitas.tempat (
    id_rilis text not null,
    uid_individu text not null,
    uid_rumah_tangga text not null,
    sumber text not null,
    id_sumber text not null
) partition by list (id_rilis);
comment on table identitas.tempat is 'Rumah tangga setiap individu per rilis, dan rekaman yang menempatkannya';

create table identitas.peristiwa (
    id_rilis text not null,
    grain text not null check (grain in ('individu', 'rumah_tangga')),
    jenis text not null check (jenis in ('baru', 'pecah', 'gabung', 'bubar')),
    uid text not null,
    uid_terkait text,
    sebab text not null
);
create index on identitas.peristiwa (id_rilis);
create index on identitas.peristiwa (uid);
comment on table identitas.peristiwa is 'Setiap perubahan uid dan sebabnya';
