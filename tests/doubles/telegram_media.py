"""The parts of messages that carry files, as Telegram describes them."""

from __future__ import annotations

import io
from pathlib import PurePosixPath

from PIL import Image

from tests.doubles.telegram_state import Json, State

# Of a photo that cannot be read as a picture.
UNKNOWN_WIDTH, UNKNOWN_HEIGHT = 640, 480
THUMBNAIL_SIDE = 90


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None when this is not a picture."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


class Media:
    """Stores files and describes them. `size` pretends another size in bytes."""

    def __init__(self, state: State) -> None:
        self._state = state

    def photo(self, data: bytes, size: int | None = None) -> Json:
        """Two sizes, the smaller first; the larger one is the picture itself."""
        width, height = picture_size(data) or (UNKNOWN_WIDTH, UNKNOWN_HEIGHT)
        side = max(width, height)
        small = [max(1, THUMBNAIL_SIDE * length // side) for length in (width, height)]
        thumbnail = self._state.store_file(data, "photos", ".jpg", min(len(data), 1500))
        full = self._state.store_file(data, "photos", ".jpg", size)
        return {
            "photo": [
                {**thumbnail, "width": small[0], "height": small[1]},
                {**full, "width": width, "height": height},
            ]
        }

    def document(self, data: bytes, name: str, mime: str, size: int | None = None) -> Json:
        suffix = PurePosixPath(name).suffix
        stored = self._state.store_file(data, "documents", suffix, size)
        return {"document": {**stored, "file_name": name, "mime_type": mime}}

    def voice(self, data: bytes, duration: int, size: int | None = None) -> Json:
        stored = self._state.store_file(data, "voice", ".oga", size)
        return {"voice": {**stored, "duration": duration, "mime_type": "audio/ogg"}}

    def video(self, data: bytes, size: int | None = None) -> Json:
        stored = self._state.store_file(data, "videos", ".mp4", size)
        shape = {"width": 640, "height": 480, "duration": 5, "mime_type": "video/mp4"}
        return {"video": {**stored, **shape}}

    def sticker(self) -> Json:
        stored = self._state.store_file(b"RIFF-stiker-uji", "stickers", ".webp")
        shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": {**stored, **shape, "type": "regular", "emoji": "👍"}}
