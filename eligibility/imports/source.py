"""Reads a CSV file a line at a time: plain or gzip (told by its content), strict UTF-8.

A row is one line, so that a stray quotation mark spoils its own row and never swallows the next.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from eligibility.imports.refusals import BadRow, ImportRefused

Row = dict[str, str]
_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 64 * 1024  # bytes: bounds the memory that a file without line ends can take


class Source:
    """An open CSV file. `position` is how many bytes of the file have been read so far."""

    def __init__(self, stream: io.BufferedIOBase, position: Callable[[], int]) -> None:
        self.position = position
        self._stream = stream
        self._header: list[str] = []

    def open_columns(self, needed: Collection[str], name: str) -> None:
        """Read the header. Raises ImportRefused when a needed column is missing."""
        line = self._stream.readline(_LONGEST_LINE).removeprefix(codecs.BOM_UTF8)
        try:
            self._header = [cell.strip() for cell in _cells(line)]
        except BadRow as bad:
            raise ImportRefused(f"{name} can't be read as CSV: its first line {bad}.") from bad
        missing = [column for column in needed if column not in self._header]
        if missing:
            raise ImportRefused(
                f"{name} has no column {', '.join(missing)}. Its first line must name the columns "
                f"{', '.join(needed)}."
            )
        twice = sorted({column for column in self._header if self._header.count(column) > 1})
        if twice and set(twice) & set(needed):
            raise ImportRefused(f"{name} has the column {', '.join(twice)} more than once.")

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """(line number, line) of every line after the header that is not empty."""
        number = 1
        while line := self._stream.readline(_LONGEST_LINE):
            number += 1
            self._skip_the_rest(line)
            if line.strip():
                yield number, line

    def _skip_the_rest(self, line: bytes) -> None:
        while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            line = self._stream.readline(_LONGEST_LINE)

    def row(self, line: bytes) -> Row:
        """The line's cells by column, without surrounding blanks. Raises BadRow."""
        if len(line) == _LONGEST_LINE:
            raise BadRow(f"is longer than {_LONGEST_LINE:,} bytes")
        cells = _cells(line)
        if len(cells) != len(self._header):
            raise BadRow(f"has {len(cells)} cells, the first line has {len(self._header)}")
        return {column: cell.strip(" ") for column, cell in zip(self._header, cells, strict=True)}


@contextmanager
def open_source(path: Path, needed: Collection[str]) -> Iterator[Source]:
    """The file, open and with its header read. Raises ImportRefused, also while it is read."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == _GZIP
            stream = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw
            source = Source(stream, raw.tell)
            source.open_columns(needed, path.name)
            yield source
    except (EOFError, zlib.error, gzip.BadGzipFile) as damage:
        raise ImportRefused(
            f"{path.name} is damaged: it can't be unpacked to its end ({damage}). "
            "Nothing of it was stored. Fetch the file again."
        ) from damage
    except OSError as error:
        raise ImportRefused(f"{path} can't be read: {error.strerror or error}.") from error


def _cells(line: bytes) -> list[str]:
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadRow("is not UTF-8 text") from error
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise BadRow(f"is not CSV ({error})") from error
