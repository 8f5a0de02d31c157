"""Why a row, or a whole file, is not taken."""


class BadRow(Exception):
    """One row can't be taken. Its text is the reason, as it follows "line 7: "."""


class ImportRefused(Exception):
    """Nothing of the file was stored. Its text says why and what to do."""
