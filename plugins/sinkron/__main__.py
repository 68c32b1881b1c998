import sys

from sinkron.cli import main

sys.exit(main())
