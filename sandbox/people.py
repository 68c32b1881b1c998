"""What a case says of one true person or family: on a form, by a neighbour, by an officer."""

import numpy as np

from sandbox import draws, names, simnakis
from sandbox.region import DUSUN
from sandbox.state import ALIVE, DEAD

_RELATION = ("kepala", "suami", "istri", "anak", "lainnya", "lainnya", "orang_tua", "orang_tua", "lainnya")


class People:
    """Reads the world for the few persons and families that cases are about; nothing here scans all of them."""

    def __init__(self, world):
        self.world = world

    def nik(self, person: int) -> str | None:
        """The true NIK, None for a newborn without one."""
        number = int(self.world.persons.nik[person])
        return str(number) if number else None

    def kk(self, family: int) -> str:
        """The true KK number."""
        return str(int(self.world.families.kk[family]))

    def name(self, person: int) -> str:
        """The true name, upper case."""
        return names.text(self.world.persons.name[[person]])[0].as_py().upper()

    def nickname(self, person: int) -> str:
        """What neighbours call the person: the end of the first name (PAK MIN)."""
        first = self.name(person).split(" ")[0]
        return f"{'BU' if self.world.persons.female[person] else 'PAK'} {first[-3:] if len(first) > 5 else first}"

    def phone(self, person: int) -> str:
        """A number of the person, the same for ever."""
        return f"0812{int(draws.pick(10**8, self.world.seed, 'hp', person)[0]):08d}"

    def village(self, family: int) -> str:
        """The dotted village code."""
        return self.world.region.code[int(self.world.families.village[family])].as_py()

    def address(self, family: int) -> dict[str, str]:
        """`alamat`, `rt`, `rw`, `desa`, `kecamatan` and `kode_desa` where the family lives."""
        h, where = self.world.families, self.world.region
        village = int(h.village[family])
        dusun = DUSUN[(int(h.dusun[family]) * 7 + village * 3) % len(DUSUN)].as_py()
        rt, rw = int(h.rt[family]), int(h.rw[family])
        return {
            "alamat": f"DK. {dusun} RT {rt:02d} RW {rw:02d}", "rt": f"{rt:03d}", "rw": f"{rw:03d}",
            "desa": where.name[village].as_py().upper(), "kecamatan": where.kecamatan_name[village].as_py().upper(),
            "kode_desa": where.code[village].as_py(),
        }  # fmt: skip

    def position(self, family: int) -> dict[str, float]:
        """Where the dwelling is, as Simnakis knows it, with the accuracy of a telephone."""
        h, where, seed = self.world.families, self.world.region, self.world.seed
        village, dwelling = int(h.village[family]), int(h.dwelling[family])
        off = [(float(draws.uniform(seed, f"rumah/{axis}", dwelling)[0]) - 0.5) * 0.03 for axis in ("lat", "lon")]
        accuracy = 4 + int(draws.pick(20, seed, "akurasi", dwelling)[0])
        lat, lon = float(where.lat[village]) + off[0], float(where.lon[village]) + off[1]
        return {"lat": round(lat, 6), "lon": round(lon, 6), "akurasi_m": accuracy}

    def members(self, family: int, case: str) -> list[dict]:
        """The living members as Simnakis writes them, with ids of the case."""
        p = self.world.persons
        at = np.flatnonzero((p.hh == family) & (p.status == ALIVE))
        at = at[np.lexsort((at, p.rel[at]))]
        return [
            {
                "id": f"{case}-{number}", "nik": self.nik(person), "nama": self.name(person),
                "jenis_kelamin": "P" if p.female[person] else "L", "tanggal_lahir": day_text(p.born[person]),
                "hubungan": _RELATION[p.rel[person] - 1],
                "nama_ibu": names.text(p.mother[[person]])[0].as_py().upper() or None,
                "status_hidup": "meninggal" if p.status[person] == DEAD else "hidup", "tanggal_meninggal": None,
            }
            for number, person in enumerate(at, start=1)
        ]  # fmt: skip

    def simnakis_id(self, family: int) -> str:
        """The id under which Simnakis carries the family, if it does."""
        return simnakis.family_id(family)


def day_text(day: int) -> str:
    """YYYY-MM-DD of days since 1970-01-01."""
    return str(np.datetime64(int(day), "D"))


def instant_text(second: int) -> str:
    """An instant of Asia/Jakarta from seconds since 1970-01-01T00:00 there."""
    return f"{np.datetime64(int(second), 's')}+07:00"
