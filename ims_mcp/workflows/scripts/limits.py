"""What a script may use. Each of these is said when it is reached, beside what was done until then."""

from __future__ import annotations

from ims_mcp.settings import MAX_WAIT_SECONDS

MOST_SECONDS = int(MAX_WAIT_SECONDS)
MOST_BACKGROUND_SECONDS = 600
"""Of a script whose caller does not wait for it."""
MOST_COMPUTING_SECONDS = MOST_SECONDS
"""In the sandbox itself, without the time for which it waits for calls."""
MOST_MEMORY_BYTES = 128 * 1024 * 1024
MOST_CALLS = 500
READS_AT_ONCE = 8
MOST_PRINTED_BYTES = 1024 * 1024
"""Beyond this a script is ended."""
KEPT_PRINTED_BYTES = 10 * 1024
"""Of that, what its notes show."""
MOST_CODE_BYTES = 64 * 1024
MOST_ARGUMENT_VALUES = 50_000
"""Elements, names and values in the arguments of one call."""
MOST_SUSPENSIONS = 20 * MOST_CALLS
"""Calls, sleeps, imports and names that do not exist, together."""
DEEPEST = 60
SCRIPTS_AT_ONCE = 10
"""Of a server. Each has a process of its own, which ends with it."""
MOST_OF_ONE_CALLER = 4
"""Of these, where a server has several callers; in all their accounts together, in the background or not."""
SECONDS_FOR_A_TURN = 10
"""So long a script waits where that many run."""
