"""Files that people sent, opened for staff: looked at, never run."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response, StreamingResponse

# Pictures were decoded and written anew when they came, so they are nothing but pictures.
SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif")
# Whatever it is, nothing in it runs and nothing is asked for from it.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ENDINGS = {"application/pdf": "pdf", "audio/ogg": "ogg", "audio/mpeg": "mp3", "video/mp4": "mp4"}


def answer(chunks: Iterator[bytes], media_type: str, name: str) -> Response:
    """A file: a picture is shown, anything else is saved under a name of ours.

    Args:
        chunks: Its bytes, one piece in memory at a time.
        media_type: What it was found to be when it came.
        name: Without ending; never one that the person chose.
    """
    is_shown = media_type in SHOWN
    ending = _ENDINGS.get(media_type, media_type.partition("/")[2] if is_shown else "bin")
    how = "inline" if is_shown else "attachment"
    return StreamingResponse(
        chunks,
        media_type=media_type if is_shown or media_type in _ENDINGS else "application/octet-stream",
        headers={**HEADERS, "Content-Disposition": f'{how}; filename="{name}.{ending}"'},
    )
