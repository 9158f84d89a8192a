"""What review declares."""

from typing import Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.domain import Domain
from cloud_hub.review import api
from cloud_hub.review.actions import ACTIONS
from cloud_hub.review.metrics import RECOGNITION_METRICS
from cloud_hub.review.page import review_page
from cloud_hub.review.view import review_view
from cloud_hub.web.markup import Markup
from cloud_hub.web.reader import Reader
from cloud_hub.web.screen import Arguments, Menu, Screen


def _review(session: Session, reader: Reader, arguments: Arguments) -> Markup:
    fixture_id = arguments.get("fixture")
    view = review_view(session, reader.viewer, reader.now, fixture_id, arguments.get("after"))
    return review_page(view, reader.in_zone(view.time_zone), fixture_id)


DOMAIN: Final = Domain(
    name="review",
    metrics=RECOGNITION_METRICS,
    screens=(
        Screen(
            path="/review",
            permission=Permission.SEE_REVIEW,
            title=lambda words: words("Review"),
            draw=_review,
            personal=True,
            menu=Menu(position=70),
        ),
    ),
    actions=ACTIONS,
    routers=(api.router,),
)
