-- The length of a reason is for whoever judges; the contract only wants one.
alter table identitas.pertimbangan drop constraint pertimbangan_alasan_check;
alter table identitas.pertimbangan add constraint pertimbangan_alasan_check
check (length(btrim(alasan)) between 1 and 500 and alasan !~ '[0-9]{9}');
