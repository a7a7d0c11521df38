"""Who this process is, as the system knows it; variables such as LOGNAME tell only who somebody was."""

from __future__ import annotations

import os
import pwd


def this_user() -> str:
    """The login name of this process's user; their number where the system has no name for it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
