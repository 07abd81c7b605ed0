"""``python -m ims_mcp`` is ``ims-mcp``."""

import sys

# Said here too: an older Python fails on the first import, and pip may look at the dependencies first.
if sys.version_info < (3, 11):  # noqa: UP036
    raise SystemExit("ims-mcp needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

from ims_mcp.cli import main

raise SystemExit(main())
