"""No network on the day: any attempt ends the process before a byte leaves (VVSG 2.0, 14.2-C and 14.2-E).

An audit hook of Python sees every socket that is made, connected or asked for a name, and cannot be taken out again.
Other processes and foreign libraries would not be seen by it, so starting or loading them ends the process as well. The
process ends at once, without a memory dump; the storage is whole at every moment, so the next start resumes. What no
hook sees is code that is already inside the interpreter as machine code: the system's own rule (a box without a network
device until closing) stands behind this one.
"""

from __future__ import annotations

import os
import resource
import sys

EXIT_NETWORK = 70
"""Exit status of a process that wanted the network."""
FORBIDDEN = ("socket.", "ctypes.dlopen", "ctypes.dlsym", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn")
ALSO_FORBIDDEN = ("os.spawn", "os.system", "subprocess.Popen", "pty.spawn")


def forbid_network() -> None:
    """Forbid network, other processes and memory dumps with counters in them, from here to the end of the process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    forbidden = FORBIDDEN + ALSO_FORBIDDEN

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        if event.startswith(forbidden):
            os.write(2, f"edge_agent: {event} is forbidden on the day; the program ends. Start it again.\n".encode())
            os._exit(EXIT_NETWORK)

    sys.addaudithook(hook)
