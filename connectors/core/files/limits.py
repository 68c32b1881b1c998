"""How much a delivered file may ask of this machine, with the reasons. Sizes are in bytes, times in seconds."""

from __future__ import annotations

# The whole of a file as text. The largest kabupaten has some 6 million persons, at 200 bytes a row 1.2 GB.
UNPACKED_LIMIT = 2 << 30
# Unpacked size by packed size. Deliveries pack 5 to 40 times; deflate reaches 1032 only with content that says nothing.
RATIO_LIMIT = 200
# Below this unpacked size the ratio says nothing: a sheet of equal rows packs as well as a bomb and harms nobody.
RATIO_FLOOR = 16 << 20
# bgzip starts a member every 64 KiB: 2 GiB have 32,768.
MEMBER_LIMIT = 100_000
# The declared fields are some 40; a spreadsheet that someone works in has a few more.
COLUMN_LIMIT = 1_000
# A header of 1,000 titles of 60 letters, each of up to four bytes.
HEADER_LIMIT = 256 << 10
# Excel's own limit for a cell is 32,767 letters; no field of a delivery comes near it.
LINE_LIMIT = 4 << 20
ROW_LIMIT = 20_000_000
# Parts of a workbook: each sheet, drawing and setting is one.
ENTRY_LIMIT = 1_000
# What the process that opens workbooks and Parquet may use. 443,572 rows of 20 fields need 1 GiB and 15 s of CPU.
MEMORY_LIMIT = 3 << 30
CPU_LIMIT = 240
WALL_LIMIT = 600
# What the limited process says when it could start. From then on the file is to blame for the way it ends.
READY = "siap"


class Unreadable(Exception):
    """A workbook or Parquet file is not converted; the only argument is a reason of `typed.REASONS`."""
