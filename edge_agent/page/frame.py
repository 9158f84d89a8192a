"""What the device's own pages have around their content, and the language they are asked for in."""

import htpy as h
from aiohttp import web


def framed(title: str, *content: h.Node, head: h.Node = None, is_chinese: bool) -> str:
    """A whole document, for a telephone as well."""
    return str(
        h.html(lang="zh" if is_chinese else "en")[
            h.head[
                h.meta(charset="utf-8"),
                h.meta(name="viewport", content="width=device-width,initial-scale=1"),
                h.title[title],
                head,
            ],
            h.body[content],
        ]
    )


def wants_chinese(request: web.Request) -> bool:
    """Whether the page is asked for in Chinese: by ?lang=, else by the browser."""
    asked = request.query.get("lang")
    if asked:
        return asked.startswith("zh")
    return request.headers.get("Accept-Language", "").lower().startswith("zh")
