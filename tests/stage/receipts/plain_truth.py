"""What real receipts say, by DuckDB over the lines as they were before any program wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.mangled_receipts import TruthLine

Counted = dict[tuple[str, date], Decimal]
"""By store, as the hub names it, and business day."""
COUNTING = """
    WITH line AS (
        SELECT 'store-' || store AS store, number, kind, code, voids,
            CAST(CAST(ended AS TIMESTAMP) - INTERVAL 4 HOUR AS DATE) AS day,
            CAST(quantity AS DECIMAL(18, 4)) AS quantity, CAST(amount AS DECIMAL(18, 4)) AS amount
        FROM read_csv(?, header=true, all_varchar=true)),
    counting AS (
        SELECT * FROM line WHERE kind <> 'void' AND NOT EXISTS (
            SELECT 1 FROM line AS v
            WHERE v.kind = 'void' AND v.voids = line.number AND v.store = line.store))
"""
BASKET = """kind = 'sale' AND (store, number) IN (
    SELECT (store, number) FROM (
        SELECT store, number, code, sum(quantity) AS left_over
        FROM counting WHERE amount <> 0 GROUP BY ALL)
    WHERE left_over > 0)
"""


@dataclass(frozen=True, slots=True)
class PlainTruth:
    """The lines in a file of their own. A void without a number is in none of the figures."""

    path: Path

    @classmethod
    def of(cls, lines: Sequence[TruthLine], path: Path) -> "PlainTruth":
        """Writes the lines."""
        rows = [
            f"{one.store},{one.number},{one.kind},{one.at:%Y-%m-%d %H:%M:%S},{one.code},"
            f"{one.quantity},{one.amount},{one.voids}"
            for one in lines
        ]
        header = "store,number,kind,ended,code,quantity,amount,voids"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return cls(path)

    def receipts(self) -> dict[str, int]:
        """Receipts that are booked, by kind, voided ones among them."""
        return dict(
            self._ask(
                "SELECT kind, count(DISTINCT (store, number)) FROM line"
                " WHERE kind <> 'void' OR voids IS NOT NULL GROUP BY kind"
            )
        )

    def net_sales(self) -> Counted:
        """Sales less returns."""
        return self._by_day("sum(amount)", "true")

    def returned(self) -> Counted:
        """What returns gave back, as a positive amount."""
        return self._by_day("-sum(amount)", "kind = 'return'")

    def sold(self) -> Counted:
        """What was sold before anything came back."""
        return self._by_day("sum(amount)", "kind = 'sale'")

    def baskets(self) -> Counted:
        """Sales in which a product of value was sold and not taken off again."""
        return self._by_day("count(DISTINCT number)", BASKET)

    def in_baskets(self) -> Counted:
        """What these come to."""
        return self._by_day("sum(amount)", BASKET)

    def units(self, code: str) -> Counted:
        """Pieces of a product, less those that came back."""
        return self._by_day("sum(quantity)", f"code = '{code}'")

    def best_sold(self, count: int) -> list[str]:
        """Codes of the products of which most is sold."""
        return [
            code
            for code, _ in self._ask(
                "SELECT code, sum(quantity) FROM counting GROUP BY code"
                f" ORDER BY 2 DESC, 1 LIMIT {count}"
            )
        ]

    def _by_day(self, what: str, where: str) -> Counted:
        rows = self._ask(f"SELECT store, day, {what} FROM counting WHERE {where} GROUP BY ALL")
        return {(store, day): Decimal(value) for store, day, value in rows}

    def _ask(self, sql: str) -> list[tuple[object, ...]]:
        return duckdb.execute(COUNTING + sql, [str(self.path)]).fetchall()
