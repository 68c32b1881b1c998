"""The sandbox from a shell: build, deliver, serve, demo, bench."""

import argparse
import sys
from pathlib import Path

from sandbox import build, deliver, serve


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
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
    show = commands.add_parser("demo", help="months through the real scheduler (make demo)")
    show.add_argument("--scale", type=float, default=0.1)
    show.add_argument("--months", nargs="+", required=True, metavar="YYYY-MM")
    measure = commands.add_parser("bench", help="each step beside plain COPY of the same rows (make bench)")
    measure.add_argument("--scale", type=float, default=0.1)
    one = commands.add_parser("bench-step", help="one step in a process of its own, for bench")
    one.add_argument("step")
    one.add_argument("periode")
    one.add_argument("sumber", nargs="?")
    run = commands.add_parser("serve", help="answer for DTJateng and Simnakis on 127.0.0.1")
    run.add_argument("--port", type=int, default=0)
    run.add_argument("--token-seconds", type=int, default=900)
    for command in (make, send, run):
        command.add_argument("--dir", type=Path, required=True, help="the folder of the built world")
    arguments = parser.parse_args(argv)
    if arguments.command == "demo":
        from sandbox import demo

        return demo.run(arguments.scale, arguments.months)
    if arguments.command in ("bench", "bench-step"):
        from sandbox import bench

        if arguments.command == "bench":
            return bench.run(arguments.scale)
        return bench.step(arguments.step, arguments.periode, arguments.sumber)
    if arguments.command == "build":
        counts = build(arguments.dir, arguments.scale, arguments.seed, arguments.months)
        print(f"built {', '.join(arguments.months)}: {counts or 'nothing new'}")
    elif arguments.command == "deliver":
        print(deliver(arguments.dir, arguments.inbox, arguments.periode, arguments.revisi))
    else:
        server = serve(arguments.dir, arguments.port, arguments.token_seconds)
        print(f"ready {server.url}", flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
