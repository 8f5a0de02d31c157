"""Logs hold what happened, never what somebody wrote."""

import logging
from collections.abc import Iterator

from django.db import Error


class NoTexts(logging.Filter):
    """Puts class and constraint in the place of a database error, wherever in the chain it stands.

    PostgreSQL's own sentence, and so the traceback, quotes the row that was refused.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        raised = record.exc_info[1] if record.exc_info else None
        for error in _chain(raised):
            if isinstance(error, Error):
                diagnosis = getattr(error.__cause__, "diag", None)
                constraint = getattr(diagnosis, "constraint_name", None) or "no constraint"
                record.msg = f"{record.getMessage()} ({type(error).__name__}: {constraint})"
                record.args, record.exc_info, record.exc_text = (), None, None
                break
        return True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
