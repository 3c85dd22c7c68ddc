"""Takes a file in as it comes: counts, looks what it is, cleans, seals."""

from __future__ import annotations

import io

from bot.attachments import images, workshop
from bot.attachments.refusal import MAX_BYTES, Reason, Refused
from bot.attachments.sealing import Sealing
from bot.attachments.sniffing import HEAD_BYTES, IMAGES, TEXT, TextCheck, sniff


class Intake:
    """One file. Gives sealed chunks; only a picture is held in memory as a whole.

    Attributes:
        media_type: Of what is kept; None until enough of it has come.
        size: Bytes of what is kept; of what has come before `finish`.
    """

    def __init__(self, key: bytes, attachment_id: str) -> None:
        self.media_type: str | None = None
        self.size = 0
        self._sealing = Sealing(key, attachment_id)
        self._head = b""
        self._picture = io.BytesIO()
        self._text = TextCheck()

    def feed(self, piece: bytes) -> list[bytes]:
        """Takes the next bytes; gives the chunks that are sealed by now.

        Raises:
            Refused: It is too large, or of no kind that is kept.
        """
        self.size += len(piece)
        if self.size > MAX_BYTES:
            raise Refused(Reason.TOO_LARGE)
        if self.media_type is not None:
            return self._take(piece)
        self._head += piece
        return self._begin() if len(self._head) >= HEAD_BYTES else []

    def finish(self) -> list[bytes]:
        """The last chunks. A picture is decoded here, which takes a second or more.

        Raises:
            Refused: It is empty, damaged, or of no kind that is kept.
        """
        sealed = self._begin() if self.media_type is None else []
        if self.media_type in IMAGES:
            cleaned = workshop.clean(self._picture.getvalue(), str(self.media_type))
            self._picture = io.BytesIO()
            self.media_type, self.size = images.RESULT, len(cleaned)
            sealed = self._sealing.feed(cleaned)
        elif self.media_type == TEXT:
            self._text.feed(b"", is_last=True)
        return [*sealed, self._sealing.finish()]

    def _begin(self) -> list[bytes]:
        self.media_type = sniff(self._head[:HEAD_BYTES])
        head, self._head = self._head, b""
        return self._take(head)

    def _take(self, piece: bytes) -> list[bytes]:
        if self.media_type in IMAGES:
            self._picture.write(piece)
            return []
        if self.media_type == TEXT:
            self._text.feed(piece)
        return self._sealing.feed(piece)
