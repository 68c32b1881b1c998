-- What the audit saw of the candidate's storage: publishing need not hash again what nobody touched since.
alter table rilis.rilis add column segel jsonb not null default '{}';
comment on column rilis.rilis.segel is 'Segel tabel kandidat saat diperiksa: berkas, penulis dan jumlah baris';
