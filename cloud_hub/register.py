"""Every domain of the hub, in order; what they declare, joined."""

from typing import Any, Final

from cloud_hub.admin.domain import DOMAIN as ADMIN
from cloud_hub.boards.domain import DOMAIN as BOARDS
from cloud_hub.coolers.domain import DOMAIN as COOLERS
from cloud_hub.core.keys.erasures import Eraser
from cloud_hub.core.projection import Projections
from cloud_hub.domain import Domain, Job
from cloud_hub.fleet.domain import DOMAIN as FLEET
from cloud_hub.insight.documentation import documentation
from cloud_hub.insight.metric import Metric
from cloud_hub.insight.search import Search
from cloud_hub.link.projections import PROJECTIONS as LINK
from cloud_hub.reconciliation.domain import DOMAIN as RECONCILIATION
from cloud_hub.review.domain import DOMAIN as REVIEW
from cloud_hub.sales.domain import DOMAIN as SALES
from cloud_hub.shelf.domain import DOMAIN as SHELF
from cloud_hub.stock.domain import DOMAIN as STOCK
from cloud_hub.tasks.domain import DOMAIN as TASKS
from cloud_hub.traffic.domain import DOMAIN as TRAFFIC
from cloud_hub.web.actions import Action
from cloud_hub.web.screen import Screen

DOMAINS: Final[tuple[Domain, ...]] = (
    TRAFFIC,
    SALES,
    STOCK,
    COOLERS,
    SHELF,
    REVIEW,
    TASKS,
    FLEET,
    RECONCILIATION,
    BOARDS,
    ADMIN,
)

METRICS: Final[dict[str, Metric]] = {
    metric.name: metric for domain in DOMAINS for metric in domain.metrics
}
SEARCHES: Final[tuple[Search, ...]] = tuple(
    search for domain in DOMAINS for search in domain.searches
)
SCREENS: Final[tuple[Screen, ...]] = tuple(
    screen for domain in DOMAINS for screen in domain.screens
)
PROJECTIONS: Final = Projections.joined(
    (*(projection for domain in DOMAINS for projection in domain.projections), *LINK),
    tuple(note for domain in DOMAINS for note in domain.note_revised),
)
AFTER_GREETING: Final = tuple(offer for domain in DOMAINS for offer in domain.after_greeting)
ACTIONS: Final[tuple[Action[Any], ...]] = tuple(
    action for domain in DOMAINS for action in domain.actions
)
JOBS: Final[tuple[Job, ...]] = tuple(job for domain in DOMAINS for job in domain.jobs)
ERASERS: Final[dict[str, Eraser]] = {
    eraser.kind: eraser for domain in DOMAINS for eraser in domain.erasers
}


def main() -> None:
    """Prints docs/metrics.md."""
    print(documentation(METRICS.values()), end="")


if __name__ == "__main__":
    main()
