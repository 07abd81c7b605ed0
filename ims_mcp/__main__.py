"""``python -m ims_mcp`` is ``ims-mcp``."""

from ims_mcp.cli import main

raise SystemExit(main())
