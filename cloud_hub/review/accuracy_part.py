"""How right recognition is, in one line: accuracy at coverage, with what it rests on."""

from cloud_hub.access.permissions import Permission
from cloud_hub.review.accuracy import Recognition
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.reader import Reader


def published_line(published: Recognition, reader: Reader) -> Markup:
    """98.6 % at 93 % coverage, n = 412; what is missing is said, never 0."""
    words = reader.words
    coverage = (
        words("{share} named", share=words.percent(published.coverage))
        if published.coverage is not None
        else words("no data")
    )
    if published.accuracy is None or published.low is None or published.high is None:
        judged = words("{count} judged so far", count=words.number(published.audited))
        return el(
            "span",
            el("span", words("not audited yet"), class_="missing"),
            f" · {judged} · {coverage}",
            data_published=True,
        )
    said = words(
        "{accuracy} at {coverage} coverage, n = {count}",
        accuracy=words.percent(published.accuracy, 1),
        coverage=words.percent(published.coverage or 0),
        count=words.number(published.audited),
    )
    extent = words(
        "95 % sure: {low} to {high}",
        low=words.percent(published.low, 1),
        high=words.percent(published.high, 1),
    )
    whose = words("this shelf") if published.is_own else words("all shelves")
    parts = [extent, whose, *_agreement(published, reader)]
    return el("span", el("b", said), el("small", " " + " · ".join(parts)), data_published=True)


def _agreement(published: Recognition, reader: Reader) -> list[str]:
    """How far two people who judged the same say the same; nothing where nobody was asked twice."""
    words, said = reader.words, []
    if published.agreement is not None:
        said.append(
            words(
                "two people agree on {share} of {count}",
                share=words.percent(published.agreement),
                count=words.number(published.judged_twice),
            )
        )
    elif published.judged_twice:
        said.append(
            words("{count} judged by two people", count=words.number(published.judged_twice))
        )
    if published.unsettled:
        said.append(
            words("{count} wait for a third person", count=words.number(published.unsettled))
        )
    return said


def waiting_link(doubts: int, reader: Reader, fixture_id: str | None = None) -> Markup | None:
    """ "3 crops wait for an answer", a link to them; None where none does, or nobody may answer."""
    address = reader.link(Permission.SEE_REVIEW)
    if not doubts or address is None:
        return None
    words = reader.words
    said = words("1 crop waits") if doubts == 1 else words("{count} crops wait", count=doubts)
    asked = f"{address}?fixture={fixture_id}" if fixture_id else address
    return el("a", said, href=asked, data_doubts=doubts)
