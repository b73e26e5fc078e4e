"""What people read of an error: one line, the same on the command line and in the library."""

from __future__ import annotations

import os

from maillint.data.yamlfile import FileError
from maillint.errors import LintError
from maillint.files.access import system_reason
from maillint.files.paths import shown_path


def error_line(error: Exception) -> str | None:
    """One line about a user's mistake or the system's error; None for a fault of maillint's own."""
    if isinstance(error, FileError):
        return f"{shown_path(error.path)}:{error.line}:{error.column}: {error.message}"
    if isinstance(error, LintError):
        return str(error)
    if isinstance(error, OSError):
        reason = system_reason(error)
        if isinstance(error, FileNotFoundError) and error.filename is None:
            reason = f"the working folder: {reason}"  # the one thing that the system looks for without a name
        return f"{error.filename}: {reason}" if error.filename else reason
    return None


def internal_error(error: Exception) -> str:
    """One line about a fault of maillint's own: what and where, to be reported."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""  # noqa: PTH119
    return f"internal error: {type(error).__name__}: {' '.join(str(error).split())[:200]}{where}"
