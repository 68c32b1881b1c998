"""The sandbox from a shell: build, deliver, serve, modes, demo, bench, evaluate."""

import argparse
import sys
from pathlib import Path

from sandbox import Dialect, Trouble, build, damage, deliver, evaluate_febrl, faults, forms, serve, trouble


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    return _COMMANDS[arguments.command](arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("build", help="let months pass and write them")
    make.add_argument("--scale", type=float, required=True, help="1 = 443,572 persons in the national list")
    make.add_argument("--seed", type=int, default=20260601)
    make.add_argument("--months", nargs="+", required=True, metavar="YYYY-MM")
    send = commands.add_parser("deliver", help="put a month's DTSEN files into an inbox; the servers move on to it")
    send.add_argument("--periode", required=True, metavar="YYYY-MM")
    send.add_argument("--inbox", type=Path, required=True)
    send.add_argument("--revisi", type=int, default=1)
    send.add_argument("--bentuk", choices=forms.FORMS, default="csv")
    send.add_argument("--judul", choices=forms.HEADERS, default="kecil", help="style of the headers")
    send.add_argument("--tanggal", choices=forms.DATES, default="YYYY-MM-DD")
    send.add_argument("--kelamin", choices=forms.SEXES, default="L/P")
    send.add_argument("--wilayah", choices=forms.REGIONS, default="titik", help="code system of the villages")
    send.add_argument("--bom", action="store_true")
    send.add_argument("--bertipe", action="store_true", help="dates and numbers as such, in xlsx and parquet")
    send.add_argument("--rusak", choices=damage.MODES, metavar="MODE", help="one of `python -m sandbox modes`")
    send.add_argument("--perbaiki", action="store_true", help="deliver the sound next revision as well")
    run = commands.add_parser("serve", help="answer for the four REST systems on 127.0.0.1")
    run.add_argument("--port", type=int, default=0)
    run.add_argument("--token-seconds", type=int, default=900)
    run.add_argument("--inbox", type=Path, help="with --outbox: answer also what appears there for SIKS-NG")
    run.add_argument("--outbox", type=Path)
    run.add_argument("--ganggu", type=lambda text: Trouble(tuple(text.split(","))), default=Trouble(),
                     metavar="MODE[,MODE]", help="some of `python -m sandbox modes`")  # fmt: skip
    commands.add_parser("modes", help="what can be wrong with a delivery or a server, a sentence each")
    show = commands.add_parser("demo", help="months through the real scheduler (make demo)")
    show.add_argument("--scale", type=float, default=0.1)
    show.add_argument("--months", nargs="+", required=True, metavar="YYYY-MM")
    measure = commands.add_parser("bench", help="each step beside plain COPY of the same rows (make bench)")
    measure.add_argument("--scale", type=float, default=0.1)
    one = commands.add_parser("bench-step", help="one step in a process of its own, for bench")
    one.add_argument("step")
    one.add_argument("periode")
    one.add_argument("sumber", nargs="?")
    judge = commands.add_parser("evaluate", help="score months against the truth (make evaluate)")
    judge.add_argument("--scale", type=float, default=0.05)
    judge.add_argument("--months", type=int, default=2)
    judge.add_argument("--faults", choices=(*faults.PRESETS, *evaluate_febrl.DATASETS), default="biasa",
                       help="the fault model of the world, or a data set of FEBRL")  # fmt: skip
    judge.add_argument("--relink", type=Path, metavar="FOLDER",
                       help="link the months that an evaluation kept there again, and score that")  # fmt: skip
    for command in (make, send, run):
        command.add_argument("--dir", type=Path, required=True, help="the folder of the built world")
    return parser


def _build(arguments: argparse.Namespace) -> int:
    counts = build(arguments.dir, arguments.scale, arguments.seed, arguments.months)
    print(f"built {', '.join(arguments.months)}: {counts or 'nothing new'}")
    return 0


def _deliver(arguments: argparse.Namespace) -> int:
    dialect = Dialect(
        arguments.judul, arguments.tanggal, arguments.kelamin, arguments.wilayah, arguments.bom, arguments.bertipe
    )
    where = (arguments.dir, arguments.inbox, arguments.periode)
    print(deliver(*where, arguments.revisi, arguments.bentuk, dialect, arguments.rusak))
    if arguments.perbaiki:
        print(deliver(*where, arguments.revisi + 1, arguments.bentuk, dialect))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    given = (arguments.port, arguments.token_seconds, arguments.ganggu, arguments.inbox, arguments.outbox)
    server = serve(arguments.dir, *given)
    print(f"ready {server.url}", flush=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        server.close()
    return 0


def _modes(arguments: argparse.Namespace) -> int:
    print("deliver --rusak")
    for name, mode in damage.MODES.items():
        print(f"  {name:<19} {mode.sentence} -> {mode.code or 'accepted'}")
    print("serve --ganggu")
    for name, mode in trouble.MODES.items():
        print(f"  {name:<19} {mode.sentence} -> {'recoverable' if mode.recoverable else 'the read fails'}")
    print("serve --ganggu, what receivers do")
    for name, sentence in trouble.RECEIVING.items():
        print(f"  {name:<20} {sentence}")
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from sandbox import demo

    return demo.run(arguments.scale, arguments.months)


def _bench(arguments: argparse.Namespace) -> int:
    from sandbox import bench

    if arguments.command == "bench":
        return bench.run(arguments.scale)
    return bench.step(arguments.step, arguments.periode, arguments.sumber)


def _evaluate(arguments: argparse.Namespace) -> int:
    from sandbox import evaluate

    if arguments.relink:
        return evaluate.again(arguments.relink)
    if arguments.faults in evaluate_febrl.DATASETS:
        try:
            return evaluate_febrl.run(arguments.faults)
        except evaluate_febrl.MissingData as error:
            print(error, file=sys.stderr)
            return 2
    return evaluate.run(arguments.scale, arguments.months, arguments.faults)


_COMMANDS = {
    "build": _build, "deliver": _deliver, "serve": _serve, "modes": _modes, "demo": _demo, "bench": _bench,
    "bench-step": _bench, "evaluate": _evaluate,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
