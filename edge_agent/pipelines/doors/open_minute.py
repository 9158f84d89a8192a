"""The open minute of a camera on disk: saved while it runs, turned into events when it is over."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from device_profiles.camera import Camera, LineRole
from edge_agent.core.store import count_up
from edge_agent.core.writer import Writer
from edge_agent.pipelines.doors.minutes import MinuteBook
from edge_agent.pipelines.doors.reporting import report_footfall, report_heat, report_zone
from edge_agent.pipelines.minute import minute_of
from sync.outbox.outbox import Transaction


@dataclass(slots=True, kw_only=True)
class OpenMinute:
    """Which minute a camera is in, and its book."""

    camera: Camera
    writer: Writer
    zone: ZoneInfo
    simulated: bool
    book: MinuteBook | None = None

    def at(self, at: datetime) -> MinuteBook:
        """The book that is open; a new one of `at`'s minute where none is."""
        if self.book is None:
            self.book = MinuteBook.open_at(self.camera, at, simulated=self.simulated)
        return self.book

    async def turn_to(self, at: datetime) -> None:
        """Reports the open minute once `at` lies in another: also when the clock was put back."""
        book = self.at(at)
        if minute_of(at) != book.started_at:
            self.book = MinuteBook.open_at(self.camera, at, simulated=self.simulated)
            await self._report(book)

    async def end(self) -> None:
        """Reports the open minute as it is: a film is over."""
        if self.book is not None:
            await self._report(self.book)
            self.book = None

    async def _report(self, book: MinuteBook) -> None:
        """The minute's events on disk, and the minute no longer kept as open, in one commit."""
        closed = book.close()
        day = book.started_at.astimezone(self.zone).date().isoformat()

        def job(transaction: Transaction) -> None:
            for line in closed.lines:
                transaction.append(report_footfall(line))
                if line.role == LineRole.ENTRANCE:
                    counts = (("entries", line.entries), ("exits", line.exits))
                    for what, number in (*counts, ("staff", line.staff)):
                        count_up(
                            transaction.connection, day=day, what=what, subject="all", by=number
                        )
            for zone in closed.zones:
                transaction.append(report_zone(zone))
            if closed.heat is not None:
                transaction.append(report_heat(closed.heat))
            transaction.connection.execute(
                "DELETE FROM open_minute WHERE camera_id = ?", (self.camera.camera_id,)
            )

        await self.writer.write(job)

    async def save(self) -> None:
        """The open minute as it stands, on disk."""
        book = self.book
        if book is None:
            return
        row = (self.camera.camera_id, book.started_at.isoformat(), book.to_json())

        def job(transaction: Transaction) -> None:
            transaction.connection.execute(
                "INSERT OR REPLACE INTO open_minute(camera_id, started_at, body) VALUES (?, ?, ?)",
                row,
            )

        await self.writer.write(job)

    async def take_up(self) -> None:
        """The minute that was open when the agent last stopped."""

        def job(transaction: Transaction) -> tuple[str, str] | None:
            found: tuple[str, str] | None = transaction.connection.execute(
                "SELECT started_at, body FROM open_minute WHERE camera_id = ?",
                (self.camera.camera_id,),
            ).fetchone()
            return found

        kept = await self.writer.write(job)
        if kept is not None:
            started_at = datetime.fromisoformat(kept[0])
            self.book = MinuteBook.open_at(self.camera, started_at, simulated=self.simulated)
            self.book.take_up(kept[1])
