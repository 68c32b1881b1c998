-- The linkage numbers a person's records of one source as it writes them: sorting them again took seconds a model.
alter table identitas.tautan add column ke int not null default 1;
comment on column identitas.tautan.ke is 'Urutan rekaman satu sumber pada uid itu, 1 = yang terbaru';
