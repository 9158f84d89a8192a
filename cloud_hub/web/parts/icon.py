"""Small signs, drawn in the colour of the text around them."""

from typing import Final

from cloud_hub.web.markup import Markup, el

PATHS: Final = {
    "alarm": "M8 1.5 15 14H1L8 1.5Zm0 4.2v4M8 11.6v.6",
    "problem": "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Zm0 3v4M8 10.8v.6",
    "information": "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Zm0 5.4v4M8 4.6v.6",
    "store": "M2 6.2 3.2 2.5h9.6L14 6.2M2 6.2h12M3 6.2v7.3h10V6.2M6.5 13.5V9.4h3v4.1",
    "check": "m3 8.5 3.4 3.4L13 4.6",
    "arrow": "M2.5 8h10M9 4.5 12.5 8 9 11.5",
    "camera": "M2 5h3l1-1.8h4L11 5h3v8H2V5Zm6 1.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8Z",
    "link": "M1.5 6.2a9.4 9.4 0 0 1 13 0M4 8.9a5.8 5.8 0 0 1 8 0M6.4 11.4a2.3 2.3 0 0 1 3.2 0",
    "cut": "M1.5 6.2a9.4 9.4 0 0 1 4-2.4M10.6 3.9a9.4 9.4 0 0 1 3.9 2.3M2.5 2.5l11 11",
    "moon": "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
    "leave": "M6.5 2.5h-4v11h4M6 8h8m-3-3 3 3-3 3",
    "key": "M10.5 1.8a3.7 3.7 0 1 1-2.6 6.3L2.6 13.4v-2.2M4.6 11.4l1.6 1.6M11.2 4.8v.1",
    "eye": "M1.2 8S3.6 3.6 8 3.6 14.8 8 14.8 8 12.4 12.4 8 12.4 1.2 8 1.2 8ZM8 6a2 2 0 1 1 0 4 "
    "2 2 0 0 1 0-4Z",
    "play": "M5 3.2v9.6L12.6 8 5 3.2Z",
    "warm": "M6.4 9.2V3.4a1.6 1.6 0 0 1 3.2 0v5.8a3 3 0 1 1-3.2 0ZM8 6.5v4.6",
}


def icon(name: str, label: str | None = None) -> Markup:
    """The sign called `name`; silent to screen readers unless `label` says what it means."""
    return el(
        "svg",
        el("path", d=PATHS[name]),
        class_=f"sign sign-{name}",
        viewBox="0 0 16 16",
        role="img" if label else None,
        aria_label=label,
        aria_hidden=None if label else "true",
    )
