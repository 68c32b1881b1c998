-- A row that was sent and is due is judged by the receiver's extract, answered or not (rules.md "Cases and deactivation",
-- domain.md hard case 36): what the extract still shows active is `belum_tercermin`, and its answer may come later.

insert into antrean.transisi (dari, ke) values ('dikirim', 'belum_tercermin'), ('belum_tercermin', 'diakui');
