"""Complaints, applications and field verifications: the cases that a month opens, and what becomes known in it.

A case is opened in one month and goes on for days or months. The changes of a month are a segment of its feed
(`sandbox.feed`). The truth about the cases that a month opens is in `kebenaran/<periode>/kasus.parquet`:

    id                 of the complaint, application or verification
    jenis              aduan, pengajuan, verifikasi
    kasus              the kind: a name in `complaints.KINDS` or `applications.KINDS`, `berkala` for a routine visit
    nomor              the hard case of domain.md section 8 that it shows, empty for the usual ones
    rujukan            the case that it follows: for a verification its case, for a second complaint the first one, for
                       a sanggah or a new application after a complaint that complaint
    id_rumah_tangga    the true family to which a verdict belongs
    id_orang           the true person to whom it belongs
    id_orang_disebut   the person whom the complaint names (another one in case 26)
    hasil_benar        nonaktif, tutup_pindah, usulan, sanggah_diterima, tinjauan, perlu_periksa, kedaluwarsa,
                       dicabut, ditolak, tidak_ada
    program            the programmes that a right `nonaktif` ends, out of those active in the national list then
    bulan_efektif      the first month in which it can act (contracts/rules.md, "Cases and deactivation")
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox import applications, complaints, course, draws, feed, visits
from sandbox.people import People, day_text, instant_text
from sandbox.state import first_day, month_text
from sandbox.targets import Targets

_PERIODIC = 8  # routine visits a month at SCALE 1
_TRUTH = pa.schema({
    "id": pa.string(), "jenis": pa.string(), "kasus": pa.string(), "nomor": pa.int16(), "rujukan": pa.string(),
    "id_rumah_tangga": pa.int64(), "id_orang": pa.int64(), "id_orang_disebut": pa.int64(), "hasil_benar": pa.string(),
    "program": pa.list_(pa.string()), "bulan_efektif": pa.string(),
})  # fmt: skip


class Casework:
    """Opens the cases of each month; must see every month from the first on."""

    def __init__(self, registries, programmes, scale: float):
        self.national, _, self.district = registries
        self.programmes, self.scale = programmes, scale
        self.world = self.national.world
        self.people = People(self.world)
        self.taken: set[int] = set()
        self.upheld: list[tuple[str, int, int]] = []  # complaint, family, person of earlier months
        self.waiting = {name: [] for name in feed.NAMES}
        self.arrived = {name: [] for name in feed.NAMES}
        self.truth: list[dict] = []

    def write(self, directory: Path) -> None:
        """Open the cases of the world's month and write its segments and truth, where they are not there yet."""
        periode = month_text(self.world.month)
        self._open()
        end = first_day(self.world.month + 1) * 86_400
        for name, changes in self.waiting.items():
            known = sorted((c for c in changes if c[0] < end), key=lambda change: (change[0], change[1]["id"]))
            self.waiting[name] = [change for change in changes if change[0] >= end]
            arriving = feed.arrange(known, self.arrived[name], self.world.seed, f"{name}/{periode}")
            feed.save(feed.path(directory, name, periode), arriving)
            self.arrived[name] = known
        target = directory / "kebenaran" / periode / "kasus.parquet"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(self.truth, _TRUTH), target)

    def _open(self) -> None:
        self.rng = draws.generator(self.world.seed, "kasus", self.world.month)
        self.targets = Targets(self.world, self.national, self.district, self.programmes, self.taken)
        self.truth, self.count = [], {"BRT": 0, "PGJ": 0, "VLP": 0}
        upheld = []
        for kind in complaints.KINDS:
            for family, person, named in self._reported(kind):
                case = self._complaint(kind, family, person, named)
                if kind.outcome == "nonaktif" and kind.sort not in ("dead", "gone_family"):
                    upheld.append((case, family, person))
        shown = None
        for kind in applications.KINDS:
            for family, person, before in self._applicants(kind):
                shown = self._application(kind, family, person, before, shown)
        for family, person in self.targets.family("needy", self.rng, self._monthly(_PERIODIC)):
            second = (first_day(self.world.month) + int(self.rng.integers(0, 27))) * 86_400 + 36_000
            self._visit("berkala", None, "berkala", complaints.LAYAK, (family, person), second)
        self.upheld += upheld

    def _monthly(self, count: int) -> int:
        return max(1, round(count * self.scale))

    def _reported(self, kind: complaints.Kind) -> list[tuple[int, int, int]]:
        """(family, person, who is named) for each complaint of a kind."""
        if kind.sort == "namesake":
            found = self.targets.namesake(self.rng)
            return [found] if found else []
        found = self.targets.family(kind.sort, self.rng, self._monthly(kind.monthly))
        return [(family, person, person) for family, person in found]

    def _applicants(self, kind: applications.Kind) -> list[tuple[int, int, str | None]]:
        """(family, person, the complaint upheld before) for each application of a kind."""
        if kind.sort == "upheld":
            found, self.upheld = self.upheld[:1], self.upheld[1:]
            return [(family, person, case) for case, family, person in found]
        found = self.targets.family(kind.sort, self.rng, self._monthly(kind.monthly))
        return [(family, person, None) for family, person in found]

    def _complaint(self, kind: complaints.Kind, family: int, person: int, named: int) -> str:
        rng, case = self.rng, self._number("BRT")
        reporter = self.targets.neighbour(family, rng, kind.far)
        start = first_day(self.world.month) + int(rng.integers(kind.days[0] - 1, kind.days[1]))
        way = course.draw(rng, kind.path, start, len(kind.findings))
        self._changes("aduan", self._complaint_body(kind, case, reporter, named, family), way)
        self._note(case, "aduan", kind, None, (family, person), named, way.visits[-1] if way.visits else None)
        officer = self.targets.relative(family, person) if kind.relative else None
        program = list(kind.program) if kind.program else None
        for finding, second in zip(kind.findings, way.visits, strict=True):
            dated = way.statuses[0][1] - 5 * 86_400 if kind.early else second
            self._visit(
                kind.name, case, "aduan", finding, (family, person), second, program=program, officer=officer,
                dated=dated,
            )  # fmt: skip
        if kind.twin:
            self._again(kind, case, reporter, named, (family, person), way)
        return case

    def _complaint_body(self, kind, case, reporter, named, family) -> dict:
        shown = visits.photo(self.world.seed, case, "bukti")
        # A namesake who is named by mistake is described with his own address, not that of the family.
        lives = int(self.world.persons.hh[named]) if kind.sort == "namesake" else family
        return complaints.body(self.people, kind, self.rng, case, reporter, named, lives, shown)

    def _again(self, kind, first: str, reporter: int, named: int, target, way) -> None:
        """Add a second complaint about the same family.

        A complaint by somebody else is closed by the verdict of the first. One by the same reporter, after that verdict
        (`sama`), is not looked at.
        """
        case, same = self._number("BRT"), kind.twin == "sama"
        reporter = reporter if same else self.targets.neighbour(target[0], self.rng)
        opened = way.statuses[-1][1] + 86_400 if same else way.statuses[0][1] + 43_200
        path = [("diterima", opened)]
        if not same:
            decided = [(status, second + 600) for status, second in way.statuses if status in ("terbukti", "selesai")]
            path += [("diverifikasi", opened + 3600), *decided]
        self._changes("aduan", self._complaint_body(kind, case, reporter, named, target[0]),
                      course.Course(tuple(path), ()))  # fmt: skip
        self._note(case, "aduan", kind, first, target, named, way.visits[-1])

    def _application(self, kind: applications.Kind, family: int, person: int, before: str | None, shown) -> str:
        case = self._number("PGJ")
        start = first_day(self.world.month) + int(self.rng.integers(0, 22))
        way = course.draw(self.rng, kind.path, start, len(kind.findings))
        photos = shown if kind.name == "foto_dipakai" and shown else case
        body = applications.body(self.people, kind, case, family, person, before, photos)
        self._changes("pengajuan", body, way)
        decided = dict(way.statuses).get("layak") if kind.outcome == "nonaktif" else None
        self._note(case, "pengajuan", kind, before, (family, person), person, decided)
        for finding, second in zip(kind.findings, way.visits, strict=True):
            self._visit(kind.name, case, "pengajuan", finding, (family, person), second)
        return case

    def _changes(self, name: str, body: dict, way: course.Course) -> None:
        minutes = None
        for version, (status, second) in enumerate(way.statuses, start=1):
            if name == "pengajuan" and status == "musdes":
                minutes = applications.minutes(body["id"], body["kode_desa"], day_text(second // 86_400))
            own = {"berita_acara": minutes} if name == "pengajuan" else {}
            dated = {"dibuat": instant_text(way.statuses[0][1]), "diubah": instant_text(second), "status": status}
            self.waiting[name].append((second, body | {"versi": version} | dated | own))

    def _visit(self, kasus: str, case, jenis: str, finding, target, second: int, **more) -> None:
        visit = self._number("VLP")
        body = visits.body(self.people, self.targets, visit, case, jenis, finding, target, second, **more)
        self.waiting["verifikasi"].append((second, body))
        if self.rng.random() < 0.15:  # the officer adds a word later
            later = second + 5 * 3600
            amended = body | {"catatan": body["catatan"] + " Foto dilengkapi.", "diubah": instant_text(later)}
            self.waiting["verifikasi"].append((later, amended))
        self.truth.append({"id": visit, "jenis": "verifikasi", "kasus": kasus, "rujukan": case,
                           "id_rumah_tangga": target[0], "id_orang": target[1]})  # fmt: skip

    def _note(self, case: str, jenis: str, kind, before: str | None, target, named: int, decided: int | None) -> None:
        ends = kind.outcome == "nonaktif"
        held = self.targets.programmes_of(*target) if ends else None
        if ends and kind.program:
            held = [program for program in held if program in kind.program]
        if ends and kind.sort == "dead" and self.targets.inhabited(target[0]):
            held = [program for program in held if program == "PBI_JK"]
        self.truth.append({
            "id": case, "jenis": jenis, "kasus": kind.name, "nomor": kind.number, "rujukan": before,
            "id_rumah_tangga": target[0], "id_orang": target[1], "id_orang_disebut": named,
            "hasil_benar": kind.outcome, "program": held,
            "bulan_efektif": course.effective_month(decided) if ends and decided else None,
        })  # fmt: skip

    def _number(self, prefix: str) -> str:
        self.count[prefix] += 1
        return f"{prefix}-{month_text(self.world.month).replace('-', '')}-{self.count[prefix]:04d}"
