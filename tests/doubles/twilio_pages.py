"""Pages of lists, in the two shapes that the provider has."""

from __future__ import annotations

from starlette.requests import Request

PAGE_SIZE = 50


def page(request: Request, key: str, found: list[dict[str, object]]) -> dict[str, object]:
    """A page as version 2010-04-01 has it, with URIs relative to the host."""
    number, size, pages = _window(request, len(found))

    def uri(wanted: int) -> str:
        query = request.url.include_query_params(Page=wanted, PageSize=size).query
        return f"{request.url.path}?{query}"

    shown = found[number * size : (number + 1) * size]
    return {
        key: shown,
        "end": number * size + max(len(shown) - 1, 0),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if number + 1 < pages else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1) if number else None,
        "start": number * size,
        "uri": uri(number),
    }


def meta_page(request: Request, key: str, found: list[dict[str, object]]) -> dict[str, object]:
    """A page as the newer interfaces have it, with whole URLs under "meta"."""
    number, size, pages = _window(request, len(found))

    def url(wanted: int) -> str:
        return str(request.url.include_query_params(Page=wanted, PageSize=size))

    return {
        key: found[number * size : (number + 1) * size],
        "meta": {
            "first_page_url": url(0),
            "key": key,
            "next_page_url": url(number + 1) if number + 1 < pages else None,
            "page": number,
            "page_size": size,
            "previous_page_url": url(number - 1) if number else None,
            "url": url(number),
        },
    }


def _window(request: Request, count: int) -> tuple[int, int, int]:
    """Page number, page size and how many pages there are."""
    size = int(request.query_params.get("PageSize", PAGE_SIZE))
    number = int(request.query_params.get("Page", 0))
    return number, size, max(1, -(-count // size))
