"""The form in which names are compared: variants of spelling, titles and abbreviations become one (domain.md 6).

The name as delivered is never changed; this form exists only inside the linkage. Each distinct name is worked on once.
"""

from __future__ import annotations

# Applied in order, to upper-case letters: (regular expression, replacement).
STEPS = (
    ("['`’ʼ]", ""),
    # Degrees behind a comma, and dotted ones anywhere; then titles and forms of address as words of their own.
    (r",.*$", ""),
    (r"\b(S ?\. ?(PD|KEP|AG|SOS|KOM|IP|E|H|T|P)( ?\. ?I)?|A ?\. ?MD|M ?\. ?(PD|SI|KES|M))\b\.?", " "),
    (r"\b(HJ|KH|NY|BPK|BP|BAPAK|IBU|MBAH|ALMH|ALM|ALMARHUM|ALMARHUMAH|DRS|DRA|DR|IR|TN)\b\.?", " "),
    # H before a name is the title Haji; behind a name it is an initial, for example of HIDAYATI.
    (r"^\s*H\b\.?", " "),
    # BIN, BINTI or ALIAS behind a name begins the father's or another name. At the start it is part of the name itself
    # (BINTI KHOLIFAH).
    (r"(\S)\s+(BIN|BINTI|ALIAS)\b.*$", r"\1"),
    # "BY. NY. X" is the newborn of X, whose own name is not known: nothing of it identifies the child.
    (r"\b(BY|BAYI|CALON)\b.*$", ""),
    (r"[^A-Z]+", " "),
    # M alone stands for Muhammad only before a name, so not in IDA M.
    (r"\b(M[OU]HAMM?[AE]D|M[OU]CHAMM?AD|MUHD|MOHD|MHD|MOH|MOCH|MUH|MUCH)\b|^\s*M\b", "MUHAMAD"),
    (r"\b(ABDOEL|ABD)\b", "ABDUL"),
    (r"\b(SITTI|STI|ST)\b", "SITI"),
    (r"\b(ACHMAD|AKHMAD|ACHMAT|AHMAT)\b", "AHMAD"),
    (r"\bNOER\b", "NUR"),
)  # fmt: skip
DOUBLED = tuple((letter * 2, letter) for letter in "ABDEFGHIKLMNOPRSTUYZ")
# Old spelling, then doubled letters.
SPELLING = (
    ("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SJ", "SY"), ("NJ", "NY"), ("CH", "KH"), ("DH", "D"), ("TH", "T"),
    ("IE", "I"), *DOUBLED,
)  # fmt: skip
# How alike two words have to be, from 0 to 1, to be one word in two spellings.
SIMILAR_WORD = 0.8
# What registries write as the mother's name when they do not know her.
NO_MOTHER = ("TIDAK TAHU", "TIDAK DIKETAHUI", "TIDAK ADA", "BELUM TAHU", "XXX")
# Month and day (MMDD) that are written where nobody knows the birth date (domain.md 6): agreement in one says little.
DEFAULT_BIRTHDAYS = ("0101", "1231", "0701", "0630")
# SQL: the mother's name of r. If it is missing, it is taken from the name of a newborn, which is written under its
# mother's (BY. NY. SITI).
MOTHER = r"""
    coalesce(r.nama_ibu, case when starts_with(r.nama, 'B') then
        nullif(regexp_extract(r.nama, '^(BY|BAYI)\b[ .]*(NY\b|NYONYA\b|IBU\b)?[ .]*(.+)$', 3), '')
    end)
"""


def standardise_names(con, also: str = "") -> None:
    """Bring names to the form in which they are compared, each distinct one once, and number the records.

    `bentuk_nama` has a row for each form: its number `bentuk`, the form itself (`nama_baku`), its words (`kata`),
    whether one of them is an initial (`singkat`), the words in alphabetical order (`nama_urut`), and the form without
    blanks (`nama_rapat`). `nama_baku` (nama, bentuk) has the form of each name, null if nothing in the name identifies
    the person. In `rekaman` the numbers of these forms (`bentuk`, `bentuk_ibu`) replace the two names, and each record
    gets a number `rid`, by rank of source and id. `also` is the end of a union in SQL: a query for further names
    (`nama`) that are brought to their form too.
    """
    form = "upper(nama)"
    for pattern, replacement in STEPS:
        form = f"regexp_replace({form}, '{pattern.replace(chr(39), chr(39) * 2)}', '{replacement}', 'g')"
    joined = "replace(nama_baku, ' ', '')"
    for old, new in SPELLING:
        form = f"replace({form}, '{old}', '{new}')"
    for old, new in DOUBLED:
        joined = f"replace({joined}, '{old}', '{new}')"
    con.execute(f"""
        create or replace table bentuk_mentah as
        select nama, nullif(trim(regexp_replace({form}, ' +', ' ', 'g')), '') as nama_baku
        from (
            select nama from rekaman where nama is not null
            union select {MOTHER} from rekaman as r where {MOTHER} is not null
            {also}
        )
    """)
    con.execute(f"""
        create or replace table bentuk_nama as
        -- The materialized table is a fence: without it DuckDB would do the rest on one thread together with the
        -- numbering.
        with bentuk as materialized (
            select row_number() over () as bentuk, nama_baku
            from (select distinct nama_baku from bentuk_mentah where nama_baku is not null)
        )
        select bentuk, nama_baku, string_split(nama_baku, ' ') as kata,
            regexp_matches(nama_baku, '(^| ).( |$)') as singkat,
            array_to_string(list_sort(string_split(nama_baku, ' ')), ' ') as nama_urut, {joined} as nama_rapat
        from bentuk
    """)
    con.execute("""
        create or replace table nama_baku as
        select m.nama, b.bentuk from bentuk_mentah as m left join bentuk_nama as b on m.nama_baku = b.nama_baku
    """)
    # The records are numbered by their keys alone, since sorting whole rows takes twice the time.
    con.execute(f"""
        create or replace table rekaman as
        with nomor as (select rowid as baris, row_number() over (order by prioritas, id_sumber) as rid from rekaman),
        tanpa_ibu as (select bentuk from bentuk_nama where nama_baku in {NO_MOTHER})
        select k.rid, r.* exclude (nama, nama_ibu), n.bentuk,
            case when i.bentuk not in (from tanpa_ibu) then i.bentuk end as bentuk_ibu
        from rekaman as r
        inner join nomor as k on r.rowid = k.baris
        left join nama_baku as n on r.nama = n.nama
        left join nama_baku as i on {MOTHER} = i.nama
    """)
    con.execute("create or replace macro beda_angka(a, b) as hamming(a::varchar, b::varchar)")
    # True for names in which each word is the same in both or an initial of the other's, and not all are initials.
    con.execute("""
        create or replace macro seinisial(a, b) as
            len(a) = len(b) and len(a) > 1
            and list_has_any(list_filter(a, lambda k: len(k) > 1), b)
            and list_bool_and(list_transform(list_zip(a, b), lambda p:
                p[1] = p[2] or (least(len(p[1]), len(p[2])) = 1 and p[1][1] = p[2][1])
            ))
    """)
    # True for names of which each has a word that is not in the other, and no two of these words resemble each other or
    # are short forms: SITI AMINAH and SITI FATIMAH, but not SITI AMINAH and SITI AMINA.
    con.execute(f"""
        create or replace macro kata_asing(a, b) as list_filter(a, lambda k: not list_contains(b, k));
        create or replace macro kata_lain(a, b) as
            len(kata_asing(a, b)) > 0 and len(kata_asing(b, a)) > 0
            and not list_bool_or(list_transform(kata_asing(a, b), lambda x:
                list_bool_or(list_transform(kata_asing(b, a), lambda y:
                    starts_with(x, y) or starts_with(y, x) or jaro_winkler_similarity(x, y) >= {SIMILAR_WORD}
                ))
            ))
    """)


def names_alike(a: str, b: str) -> str:
    """SQL over two aliases of `bentuk_nama`: how alike the names are, 0 to 1; null without a name."""
    # A name whose words are all in the other is its short form, and blanks may be lost. All other names are compared as
    # written. Only if neither the first nor the last words agree are they also compared with sorted words: otherwise
    # the twins HASAN BASRI and HUSEN BASRI would be similar because of the word that they have in common.
    return f"""(case
    when {a}.nama_baku = {b}.nama_baku then 0.99
    when list_has_all({a}.kata, {b}.kata) or list_has_all({b}.kata, {a}.kata) then 0.99
    when {a}.nama_rapat = {b}.nama_rapat then 0.98
    when {a}.singkat <> {b}.singkat and seinisial({a}.kata, {b}.kata) then 0.93
    when {a}.kata[1] = {b}.kata[1] or {a}.kata[-1] = {b}.kata[-1]
        then jaro_winkler_similarity({a}.nama_baku, {b}.nama_baku)
    else greatest(
        jaro_winkler_similarity({a}.nama_baku, {b}.nama_baku),
        jaro_winkler_similarity({a}.nama_urut, {b}.nama_urut)
    )
end + case when {a}.nama_urut = {b}.nama_urut then 0.01 else 0 end)"""
