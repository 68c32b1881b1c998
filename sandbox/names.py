"""Invented names in the manner of Blora: single Javanese names of the old, compound names of the young."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STEMS = ["Su", "Sar", "Ngat", "Was", "Par", "Tar", "Kas", "Sam", "Mar", "Dar", "Jas", "Ras", "Kar", "Wag", "Las", "Sak", "Ruk", "Tum", "Sut", "Wir", "Suk", "Sum", "Pon", "Sun", "Rat", "Sul", "Jum", "Kam", "Sod", "Tas", "Sup", "Yat", "Sug", "Mul", "Pur", "Juw", "Lam", "Saw", "Tuk", "Wid"]
_MALE_ENDINGS = ["iman", "ijan", "idi", "ono", "imin", "anto", "iyo", "omo", "adi", "aji", "ikin", "irin", "iran", "ito"]
_FEMALE_ENDINGS = ["iyem", "inah", "ini", "iyah", "inten", "ikem", "itun", "ipah", "isih", "arti", "iyati", "anti", "asih", "ilah"]
_MALE_FIRST = ["Muhammad", "Ahmad", "Achmad", "Abdul", "Agus", "Bambang", "Budi", "Joko", "Djoko", "Eko", "Dwi", "Tri", "Catur", "Heri", "Hendra", "Imam", "Irfan", "Arif", "Andi", "Ari", "Aris", "Bagus", "Bayu", "Danang", "Dedi", "Deni", "Dimas", "Edi", "Fajar", "Febri", "Galih", "Gilang", "Gunawan", "Hadi", "Hasan", "Husen", "Ilham", "Indra", "Iwan", "Kusno", "Lukman", "Mukhlis", "Nanang", "Nur", "Pandu", "Prasetyo", "Rahmat", "Rizki", "Rudi", "Rendra", "Slamet", "Sigit", "Sutrisno", "Taufik", "Teguh", "Tono", "Wahyu", "Yoga", "Yudi", "Yusuf", "Zainal", "Zaenal", "Anwar", "Fatkur", "Ridwan", "Rofiq", "Syaiful", "Ujang", "Cipto", "Ma'ruf"]
_FEMALE_FIRST = ["Siti", "Sri", "Nur", "Dwi", "Tri", "Endang", "Dewi", "Ani", "Anis", "Anik", "Ayu", "Citra", "Dian", "Diah", "Eka", "Eni", "Erna", "Evi", "Fitri", "Fitriana", "Hartini", "Ida", "Ika", "Indah", "Intan", "Iis", "Kartika", "Lestari", "Lilik", "Lina", "Luluk", "Mega", "Mei", "Murni", "Nanik", "Nia", "Nining", "Novi", "Nita", "Puji", "Putri", "Rina", "Rini", "Ratna", "Retno", "Rika", "Rohmah", "Sari", "Setyo", "Sulis", "Susi", "Titik", "Tutik", "Umi", "Uswatun", "Vina", "Wahyu", "Wiwik", "Wulan", "Yanti", "Yuli", "Yuni", "Zahra", "Zulfa", "Aisyah", "Khotimah", "Khusnul", "Maryam", "Nurul", "Jatmi"]
_MALE_SECOND = ["Santoso", "Setiawan", "Prasetyo", "Wibowo", "Susanto", "Kurniawan", "Hidayat", "Saputra", "Nugroho", "Purnomo", "Riyadi", "Raharjo", "Utomo", "Pratama", "Wijaya", "Kusuma", "Firmansyah", "Rahman", "Hakim", "Mustofa", "Arifin", "Fauzi", "Maulana", "Ramadhan", "Cahyono", "Haryanto", "Sujarwo", "Sucipto", "Suparno", "Supriyadi", "Sugeng", "Suwarno", "Sudarsono", "Sumarno", "Widodo", "Widianto", "Wicaksono", "Yulianto", "Hartono", "Handoyo", "Irawan", "Junaidi", "Kuncoro", "Laksono", "Mahendra", "Nurhadi", "Permadi", "Rohman", "Syarif", "Subekti", "Ghofur", "Rochim", "Latif"]
_FEMALE_SECOND = ["Lestari", "Wahyuni", "Rahayu", "Ningsih", "Handayani", "Astuti", "Purwanti", "Susanti", "Wulandari", "Utami", "Sulistyowati", "Kusumawati", "Setyowati", "Hidayati", "Rohmah", "Khasanah", "Aminah", "Fatimah", "Maisaroh", "Munawaroh", "Nurjanah", "Zulaikah", "Mutmainah", "Rofiah", "Safitri", "Anggraini", "Permatasari", "Puspitasari", "Oktaviani", "Maharani", "Damayanti", "Aprilia", "Cahyani", "Febriani", "Agustina", "Fadhilah", "Azizah", "Alfiah", "Istiqomah", "Kholifah", "Latifah", "Mahmudah", "Nafisah", "Qomariah", "Solikah", "Umayah", "Yuliana", "Suryani"]


def _words() -> tuple[list[str], dict[tuple[str, str], tuple[int, int]]]:
    """All words in one list (0 = no word) and the range of each pool in it."""
    words, ranges = [""], {}
    for sex, endings, first, second in (
        ("L", _MALE_ENDINGS, _MALE_FIRST, _MALE_SECOND),
        ("P", _FEMALE_ENDINGS, _FEMALE_FIRST, _FEMALE_SECOND),
    ):
        old = [stem + ending for ending in endings for stem in _STEMS]
        for pool, members in (("old", old), ("first", first), ("second", second)):
            ranges[sex, pool] = (len(words), len(words) + len(members))
            words += members
    return words, ranges


_WORDS, _RANGES = _words()
_ARROW = pa.array([None, *_WORDS[1:]], pa.string())


def _from_pool(rng: np.random.Generator, sex: str, pool: str, n: int) -> np.ndarray:
    """Word numbers from a pool, the common ones several times as often as the rare (like real first names)."""
    start, end = _RANGES[sex, pool]
    size = end - start
    skewed = (rng.random(n) ** 1.5 * size).astype(np.int64)
    return ((skewed * 7 + 3) % size + start).astype(np.int16)  # shuffled: common is not alphabetical


def draw(rng: np.random.Generator, female: np.ndarray, birth_year: np.ndarray) -> np.ndarray:
    """Names as an (n, 3) int16 array of word numbers, 0 for an absent word."""
    n = len(female)
    out = np.zeros((n, 3), np.int16)
    for sex, mask in (("L", ~female), ("P", female)):
        idx = np.flatnonzero(mask)
        year = birth_year[idx]
        old = rng.random(len(idx)) < np.clip((1998 - year) / 40.0, 0.0, 0.92)
        single = rng.random(len(idx)) < np.where(old, 0.72, 0.06)
        third = rng.random(len(idx)) < np.where(old, 0.0, np.clip((year - 1985) / 60.0, 0.03, 0.5))
        out[idx, 0] = np.where(old, _from_pool(rng, sex, "old", len(idx)), _from_pool(rng, sex, "first", len(idx)))
        out[idx, 1] = np.where(single, 0, _from_pool(rng, sex, "second", len(idx)))
        out[idx, 2] = np.where(single | ~third, 0, _from_pool(rng, sex, "second", len(idx)))
    out[:, 2] = np.where(out[:, 2] == out[:, 1], 0, out[:, 2])
    return out


def text(words: np.ndarray) -> pa.Array:
    """The names of an (n, 3) array of word numbers as strings in title case."""
    parts = [_ARROW.take(pa.array(words[:, i], pa.int16())) for i in range(3)]
    return pc.binary_join_element_wise(*parts, " ", null_handling="skip")
