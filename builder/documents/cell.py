"""What the process that reads one document may do: use its share of processor and memory, and answer.

Three fences, each for the case that the one before it is climbed: limits of resources (setrlimit), of files and TCP
(Landlock, Linux 5.13 and later), of system calls (seccomp). A kernel that has not the last two leaves the first;
`confine` says which stand.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sysconfig
from typing import Final

from builder.documents.copies import Limits

_MOST_FILES: Final = 32
_FONTS: Final = ("/usr/share/fonts", "/usr/local/share/fonts")
"""A PDF may name fonts that it does not bring."""
_LIBRARIES: Final = tuple(
    sorted({sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")})
)
"""Libraries load some of their parts only when a document wants them."""

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER: Final = 2

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_ALL_FILES: Final = (1 << 13) - 1
"""Every right over files that the first version of Landlock knows."""
_ALL_TCP: Final = 3
_TCP_SINCE: Final = 4

_MACHINES: Final = {
    # what uname says: (AUDIT_ARCH of the kernel's headers, forbidden calls by number)
    "x86_64": (
        0xC000003E,
        (
            41, 42, 43, 44, 46, 49, 50, 53,  # socket, connect, accept, sendto, sendmsg, bind, listen, socketpair
            56, 57, 58, 435,  # clone, fork, vfork, clone3
            59, 322,  # execve, execveat
            62, 200, 234,  # kill, tkill, tgkill
            101, 310, 311,  # ptrace, process_vm_readv, process_vm_writev
            425, 321, 298, 248, 250, 272,  # io_uring_setup, bpf, perf_event_open, add_key, keyctl, unshare
            160, 302,  # setrlimit, prlimit64
            76, 77, 82, 83, 84, 86, 87, 88, 90, 92,  # truncate, ftruncate, rename, mkdir, rmdir, link, …, chown
            258, 263, 264, 265, 266, 268, 316,  # mkdirat, unlinkat, renameat, linkat, symlinkat, fchmodat, renameat2
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            198, 199, 200, 201, 202, 203, 206, 211,  # socket, socketpair, bind, listen, accept, …, sendmsg
            220, 435,  # clone, clone3
            221, 281,  # execve, execveat
            129, 130, 131,  # kill, tkill, tgkill
            117, 270, 271,  # ptrace, process_vm_readv, process_vm_writev
            425, 280, 241, 217, 219, 97,  # io_uring_setup, bpf, perf_event_open, add_key, keyctl, unshare
            164, 261,  # setrlimit, prlimit64
            45, 46, 34, 35, 36, 37, 38, 53, 54, 276,  # truncate, ftruncate, mkdirat, unlinkat, …, renameat2
        ),
    ),
}  # fmt: skip
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""Go on; answer EPERM; end the process."""
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_FOREIGN_ABI: Final = 0x40000000
"""Numbers from here on are the x32 calls of x86_64, which would walk around the list."""


def confine(limits: Limits, *, parent: int | None = None) -> frozenset[str]:
    """Give up, for ever, what reading a document does not need; says which fences stand beyond the limits.

    With `parent`, the process that asked for it, end when that is gone: nobody waits for the answer.
    """
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MOST_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return frozenset()
    standing = {"landlock": _fence_files(libc), "seccomp": _fence_calls(libc)}
    return frozenset(name for name, stands in standing.items() if stands)


def _fence_files(libc: ctypes.CDLL) -> bool:
    """Let files be read below the folders of fonts and libraries only, none be written, no TCP be spoken."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = struct.pack("<QQ", _ALL_FILES, _ALL_TCP) if version >= _TCP_SINCE else struct.pack("<Q", _ALL_FILES)
    rules = libc.syscall(_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        return False
    for folder in filter(os.path.isdir, _FONTS + _LIBRARIES):
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        below = struct.pack("<Qi", _READ_FILE | _READ_DIR, place)
        libc.syscall(_LANDLOCK_ADD, rules, 1, below, 0)
        os.close(place)
    stands = bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    os.close(rules)
    return stands


def _fence_calls(libc: ctypes.CDLL) -> bool:
    """Let the kernel refuse what opens a connection, starts or touches a process, or changes a file's name."""
    if platform.machine() not in _MACHINES:
        return False
    audit, forbidden = _MACHINES[platform.machine()]
    program = [
        struct.pack("<HBBI", _LOAD, 0, 0, 4),
        struct.pack("<HBBI", _EQUALS, 1, 0, audit),
        struct.pack("<HBBI", _RETURN, 0, 0, _KILL),
        struct.pack("<HBBI", _LOAD, 0, 0, 0),
        struct.pack("<HBBI", _AT_LEAST, len(forbidden) + 1, 0, _FOREIGN_ABI),
        *(struct.pack("<HBBI", _EQUALS, len(forbidden) - at, 0, call) for at, call in enumerate(forbidden)),
        struct.pack("<HBBI", _RETURN, 0, 0, _ALLOW),
        struct.pack("<HBBI", _RETURN, 0, 0, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    # struct sock_fprog: the number of instructions, and at the next multiple of a pointer's size where they are
    header = struct.pack("@HxxxxxxP", len(program), ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(header), 0, 0) == 0)
