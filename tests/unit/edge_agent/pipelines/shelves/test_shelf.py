from datetime import UTC, datetime, timedelta

from edge_agent.pipelines.shelves.shelf_sight import plan_at
from tests.stage.shelf_camera import bodies, live, picture, plan
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.shelf.reader import ShelfReader


async def test_an_empty_gallery_costs_the_photo_and_not_the_agent(
    shelf, outbox, clock, tmp_path, caplog
):
    make, _ = shelf
    watch = make(feed=live(clock))
    empty = tmp_path / "gallery"
    empty.mkdir()
    (empty / "gallery.toml").write_text('format = 1\nmodel = "none"\n')
    watch.intake.sight.reader = ShelfReader(Gallery.open(empty, Embedder.shipped()))
    answers = [await watch.source.take_if_due(picture(), clock.now()) for _ in range(5)]
    assert answers == [True] * 4 + [False]
    assert "is empty; enrol a SKU first" in caplog.text
    assert bodies(outbox, "shelf") == []
    assert not await watch.source.take_if_due(picture(), clock.now()), (
        "the next one is due in an hour"
    )


def test_the_latest_planogram_that_has_begun_is_the_valid_one():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    plans = (plan(1, start), plan(2, start + timedelta(days=10)), plan(3, start))
    assert plan_at(plans, "s01-a", start - timedelta(days=1)) is None
    found = plan_at(plans, "s01-a", start + timedelta(days=11))
    assert found is not None
    assert found.version == 2
