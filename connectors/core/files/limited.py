"""The process that opens workbooks and Parquet: `python -m connectors.core.files.limited FORM SOURCE TARGET NUMBERS`.

It writes TARGET, an Arrow file with the columns k0, k1, … of text and boolean `bentuk_rusak`, and on stdout the
line READY when it could start, then one JSON object: `judul` (headers), `bersarang` (positions of nested columns),
`diabaikan` (parts not read), or `galat` (a reason of `typed.REASONS`). Any other end means that the file was too much
for it. NUMBERS: the header keys, separated by commas, of the fields in which a typed number is damaged (NIK, No KK).
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
from pathlib import Path

from connectors.core.files.limits import CPU_LIMIT, MEMORY_LIMIT, READY, UNPACKED_LIMIT, Unreadable

CONVERTERS = {"xlsx": "connectors.core.files.workbook", "parquet": "connectors.core.files.columnar"}


def main(argv: list[str]) -> int:
    """Convert one file under the limits of this process. Returns the exit status."""
    form, source, target, numbers = argv
    # Arrow and DuckDB load numpy where they find it. Nothing here needs it, and it would cost 0.1 s for each file.
    sys.modules["numpy"] = None
    converter = importlib.import_module(CONVERTERS[form])
    limits = {
        resource.RLIMIT_AS: MEMORY_LIMIT,
        resource.RLIMIT_CPU: CPU_LIMIT,
        resource.RLIMIT_FSIZE: UNPACKED_LIMIT,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        allowed = resource.getrlimit(what)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (most, most))
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    try:
        answer = converter.convert(Path(source), Path(target), frozenset(numbers.split(",")))
    except Unreadable as why:
        answer = {"galat": why.args[0]}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
