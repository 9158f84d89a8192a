"""The day of a shelf: its photos in a row, and under them when which slot was empty."""

from cloud_hub.boards.shelf.view import GapSpan, Thumbnail
from cloud_hub.web.markup import Markup, el, joined
from cloud_hub.web.reader import Reader


def day_of_photos(
    thumbnails: tuple[Thumbnail, ...], spans: tuple[GapSpan, ...], reader: Reader
) -> Markup:
    """Thumbnails in order; under them, for every slot that was empty today, a bar that spans the
    photos on which it was."""
    words = reader.words
    if not thumbnails:
        film = el("p", words("no photo yet"), class_="quiet")
    else:
        film = el(
            "div",
            el(
                "div",
                el("span"),
                [_thumb(photo, reader) for photo in thumbnails],
                [
                    joined(_line(row, span, thumbnails, reader))
                    for row, span in enumerate(spans, start=2)
                ],
                class_="film-grid",
                style=f"--photos:{len(thumbnails)}",
            ),
            class_="film",
            data_scroll_end=True,
            tabindex="0",
        )
    return el(
        "section",
        el("h2", words("Today's photos")),
        film,
        class_="panel day-of-photos",
    )


def _thumb(photo: Thumbnail, reader: Reader) -> Markup:
    words = reader.words
    said = (
        words("not judged")
        if photo.gaps is None
        else words("{count} empty", count=len(photo.gaps))
        if photo.gaps
        else words("full")
    )
    kind = "unjudged" if photo.gaps is None else "empty" if photo.gaps else "full"
    picture = (
        el("img", src=photo.url, alt="", loading="lazy")
        if photo.url
        else el("span", class_="film-none")
    )
    return el(
        "figure",
        picture,
        el("figcaption", el("b", photo.local_time), el("span", said)),
        class_=f"film-photo film-{kind}",
        data_key=photo.sha256 + photo.local_time,
    )


def _line(
    row: int, span: GapSpan, thumbnails: tuple[Thumbnail, ...], reader: Reader
) -> list[Markup]:
    """A slot's name and its bar, in the grid's row `row`; column 1 holds the names."""
    words = reader.words
    covered = [
        place
        for place, photo in enumerate(thumbnails, start=2)
        if span.started_at <= photo.taken_at
        and (span.ended_at is None or photo.taken_at < span.ended_at)
    ] or [len(thumbnails) + 1]
    said = (
        words("empty since {clock}", clock=words.clock(span.started_at))
        if span.ended_at is None
        else words(
            "empty {start} to {end}",
            start=words.clock(span.started_at),
            end=words.clock(span.ended_at),
        )
    )
    kinds = ["gap-bar"]
    if span.ended_at is not None:
        kinds.append("gap-over")
    if not span.confirmed:
        kinds.append("gap-unsure")
    columns = f"{covered[0]} / {covered[-1] + 1}"
    return [
        el("span", span.slot_id, class_="gap-name", style=f"grid-area:{row} / 1"),
        el(
            "span",
            said,
            class_=" ".join(kinds),
            style=f"grid-row:{row};grid-column:{columns}",
            title=said,
        ),
    ]
