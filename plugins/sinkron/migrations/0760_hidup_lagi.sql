-- A death that did not stand (rules.md "Golden", domain.md hard case 45): what rested on it is taken back once readers see
-- the release that says so.

create table kasus.hidup_lagi (
    id_rilis text not null references rilis.rilis,
    id_baris text not null references kasus.usulan,
    primary key (id_rilis, id_baris)
);
comment on table kasus.hidup_lagi is
'Usulan karena kematian yang orangnya, menurut sebuah rilis, ternyata hidup';
comment on table kasus.pembatalan is
'Penonaktifan yang diambil kembali: sanggah dikabulkan, kematian dibatalkan, atau kekeliruan';
comment on column kasus.pembatalan.bukti is 'Nomor sanggah, atau rilis yang menyatakan orangnya hidup';
