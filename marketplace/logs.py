"""Logs hold what happened, never what somebody wrote."""

import logging

from django.db import DatabaseError


class NoTexts(logging.Filter):
    """Puts class and constraint in the place of a database error.

    PostgreSQL's own sentence, and so the traceback, quotes the row that was refused.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, DatabaseError):
            diagnosis = getattr(error.__cause__, "diag", None)
            constraint = getattr(diagnosis, "constraint_name", None) or "no constraint"
            record.msg = f"{record.getMessage()} ({type(error).__name__}: {constraint})"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True
