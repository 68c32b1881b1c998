"""Limits for the resources that a delivered file may use, with reasons. Sizes are in bytes, times in seconds."""

from __future__ import annotations

# A whole file as text. The largest kabupaten has about 6 million persons; at 200 bytes per row this is 1.2 GB.
UNPACKED_LIMIT = 2 << 30
# Unpacked size divided by packed size. Deliveries reach 5 to 40; deflate reaches 1032 only with meaningless content.
RATIO_LIMIT = 200
# Below this unpacked size the ratio is not checked: a sheet of equal rows packs as well as a bomb but is harmless.
RATIO_FLOOR = 16 << 20
# bgzip starts a member every 64 KiB: 2 GiB have 32,768.
MEMBER_LIMIT = 100_000
# There are about 40 declared fields; a spreadsheet that someone works in has a few more.
COLUMN_LIMIT = 1_000
# A header of 1,000 titles of 60 letters, each of up to four bytes.
HEADER_LIMIT = 256 << 10
# Excel's own limit for a cell is 32,767 letters; no field of a delivery comes near it.
LINE_LIMIT = 4 << 20
ROW_LIMIT = 20_000_000
# Parts of a workbook: each sheet, drawing and setting is one.
ENTRY_LIMIT = 1_000
# Limits of the process that opens workbooks and Parquet. 443,572 rows of 20 fields need 1 GiB and 15 s of CPU.
MEMORY_LIMIT = 3 << 30
CPU_LIMIT = 240
WALL_LIMIT = 600
# The limited process prints this after its start. From then on, a bad end of the process is the fault of the file.
READY = "siap"


class Unreadable(Exception):
    """A workbook or Parquet file is not converted; the only argument is a reason of `typed.REASONS`."""
