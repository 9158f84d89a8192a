"""Voids that count, units by line, baskets, gift cards, stock by place."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from device_profiles.values.money import is_gift_card
from device_profiles.values.units import Dimension, known_unit

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCALE = 10_000
CHUNK = 500
RECEIPT = sa.table(
    "receipt",
    *(sa.column(name) for name in ("tenant_id", "receipt_id", "type", "source_event", "ended_at")),
    *(sa.column(name) for name in ("net_value", "is_basket", "void_of", "voided_by", "units")),
)
LINE = sa.table(
    "receipt_line",
    *(sa.column(name) for name in ("tenant_id", "receipt_id", "line", "quantity")),
    *(sa.column(name) for name in ("unit", "amount", "return_of", "units")),
)
TENDER = sa.table(
    "receipt_tender",
    *(sa.column(name) for name in ("tenant_id", "receipt_id", "kind", "amount")),
)
MOVE_COLUMNS = ("tenant_id", "move_id", "store_id", "gtin", "quantity", "from_location")
MOVE = sa.table(
    "stock_move",
    *(sa.column(name) for name in MOVE_COLUMNS),
    *(sa.column(name) for name in ("to_location", "reason", "moved_at", "other_store_id")),
)
COUNT = sa.table("stock_count", *(sa.column(name) for name in ("store_id", "location")))
OF_RECEIPT = sa.and_(
    LINE.c.tenant_id == RECEIPT.c.tenant_id, LINE.c.receipt_id == RECEIPT.c.receipt_id
)


def upgrade() -> None:
    op.add_column(
        "receipt", sa.Column("is_basket", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("receipt", sa.Column("void_of", sa.String()))
    op.add_column("receipt", sa.Column("voided_by", sa.String()))
    op.add_column("receipt", sa.Column("odd", sa.String()))
    op.add_column(
        "receipt_line", sa.Column("units", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("stock_move", sa.Column("other_store_id", sa.String()))
    _indexes()
    connection = op.get_bind()
    _fill_lines(connection)
    _fill_receipts(connection)
    _fill_places(connection)
    _settle_voids(connection)


def downgrade() -> None:
    op.execute(sa.delete(MOVE).where(MOVE.c.reason == "void"))
    for name, table in (
        ("stock_move_between", "stock_move"),
        ("receipt_line_returned", "receipt_line"),
        ("receipt_odd", "receipt"),
        ("receipt_void_of", "receipt"),
    ):
        op.drop_index(name, table)
    op.drop_column("stock_move", "other_store_id")
    op.drop_column("receipt_line", "units")
    for column in ("odd", "voided_by", "void_of", "is_basket"):
        op.drop_column("receipt", column)


def _indexes() -> None:
    for name, table, columns, where in (
        ("receipt_void_of", "receipt", ["void_of"], "void_of IS NOT NULL"),
        ("receipt_odd", "receipt", ["store_id", "business_day"], "odd IS NOT NULL"),
        ("receipt_line_returned", "receipt_line", ["return_of"], "return_of IS NOT NULL"),
        (
            "stock_move_between",
            "stock_move",
            ["other_store_id", "gtin"],
            "other_store_id IS NOT NULL",
        ),
    ):
        op.create_index(
            name,
            table,
            ["tenant_id", *columns],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def _fill_lines(connection: sa.Connection) -> None:
    """Units by what each spelling means."""
    zero = sa.literal(0)
    sign = sa.case((LINE.c.quantity > zero, SCALE), (LINE.c.quantity < zero, -SCALE), else_=0)
    connection.execute(sa.update(LINE).values(units=sign))
    for unit in connection.scalars(sa.select(LINE.c.unit).distinct()).all():
        known = known_unit(unit)
        if known is not None and known.dimension is Dimension.PIECES:
            pieces = LINE.c.quantity * int(known.factor)
            connection.execute(sa.update(LINE).where(LINE.c.unit == unit).values(units=pieces))


def _fill_receipts(connection: sa.Connection) -> None:
    """Units of receipts, which of them are baskets, and gift cards out of their value."""
    units = sa.select(sa.func.sum(LINE.c.units)).where(OF_RECEIPT).scalar_subquery()
    connection.execute(sa.update(RECEIPT).values(units=sa.func.coalesce(units, 0)))
    sold = sa.exists().where(OF_RECEIPT, LINE.c.quantity > 0, LINE.c.amount > 0)
    connection.execute(sa.update(RECEIPT).values(is_basket=sa.and_(RECEIPT.c.type == "sale", sold)))
    kinds = connection.scalars(sa.select(TENDER.c.kind).distinct()).all()
    cards = [kind for kind in kinds if is_gift_card(kind)]
    paid = sa.and_(
        TENDER.c.tenant_id == RECEIPT.c.tenant_id,
        TENDER.c.receipt_id == RECEIPT.c.receipt_id,
        TENDER.c.kind.in_(cards),
    )
    amount = sa.select(sa.func.sum(TENDER.c.amount)).where(paid).scalar_subquery()
    with_card = sa.update(RECEIPT).where(sa.exists().where(paid))
    connection.execute(with_card.values(net_value=RECEIPT.c.net_value - amount))


def _fill_places(connection: sa.Connection) -> None:
    """Moves and counts under the store whose location they are of."""
    places = (MOVE.c.from_location, MOVE.c.to_location)
    pairs = sa.select(*places, MOVE.c.store_id).distinct()
    for came_from, went_to, booked_by in connection.execute(pairs).all():
        stores = [place.partition("/")[0] for place in (came_from, went_to) if "/" in place]
        owner = stores[0] if stores else booked_by
        other = next((store for store in stores if store != owner), None)
        if (owner, other) != (booked_by, None):
            connection.execute(
                sa.update(MOVE)
                .where(
                    MOVE.c.from_location == came_from,
                    MOVE.c.to_location == went_to,
                    MOVE.c.store_id == booked_by,
                )
                .values(store_id=owner, other_store_id=other)
            )
    for location in connection.scalars(sa.select(COUNT.c.location).distinct()).all():
        store_id, is_physical, _ = location.partition("/")
        if is_physical:
            of_place = sa.update(COUNT).where(COUNT.c.location == location)
            connection.execute(of_place.values(store_id=store_id))


def _settle_voids(connection: sa.Connection) -> None:
    """Receipts that were voided count no more, nor do their stock moves."""
    for tenant_id, event, void_id, undone in list(_voids(connection)):
        of_void = sa.and_(RECEIPT.c.tenant_id == tenant_id, RECEIPT.c.receipt_id == void_id)
        connection.execute(sa.update(RECEIPT).where(of_void).values(void_of=undone))
        sold = sa.and_(
            RECEIPT.c.tenant_id == tenant_id,
            RECEIPT.c.receipt_id == undone,
            RECEIPT.c.type.in_(("sale", "return", "pick-up")),
            RECEIPT.c.voided_by.is_(None),
        )
        source = connection.scalar(sa.select(RECEIPT.c.source_event).where(sold))
        if source is None:
            continue
        connection.execute(sa.update(RECEIPT).where(sold).values(voided_by=event))
        of_undone = sa.and_(LINE.c.tenant_id == tenant_id, LINE.c.receipt_id == undone)
        lines = connection.scalars(sa.select(LINE.c.line).where(of_undone)).all()
        _undo_moves(connection, tenant_id, [f"{source}/{line}" for line in lines])


def _voids(connection: sa.Connection) -> Iterator[tuple[str, str, str, str]]:
    """Tenant, event, void, and the receipt that all of its lines name; earliest first."""
    named: dict[tuple[str, str, str], set[str]] = {}
    rows = connection.execute(
        sa.select(
            RECEIPT.c.tenant_id, RECEIPT.c.source_event, RECEIPT.c.receipt_id, LINE.c.return_of
        )
        .join(LINE, OF_RECEIPT)
        .where(RECEIPT.c.type == "void", LINE.c.return_of.is_not(None))
        .order_by(RECEIPT.c.ended_at, RECEIPT.c.receipt_id)
    )
    for tenant_id, event, void_id, line in rows:
        named.setdefault((tenant_id, event, void_id), set()).add(line.rpartition("/")[0])
    for (tenant_id, event, void_id), receipts in named.items():
        if len(receipts) == 1:
            yield tenant_id, event, void_id, receipts.pop()


def _undo_moves(connection: sa.Connection, tenant_id: str, moves: list[str]) -> None:
    for start in range(0, len(moves), CHUNK):
        some = moves[start : start + CHUNK]
        back = sa.select(
            MOVE.c.tenant_id,
            MOVE.c.move_id + "/void",
            MOVE.c.store_id,
            MOVE.c.gtin,
            MOVE.c.quantity,
            MOVE.c.to_location,
            MOVE.c.from_location,
            sa.literal("void"),
            MOVE.c.moved_at,
        ).where(MOVE.c.tenant_id == tenant_id, MOVE.c.move_id.in_(some))
        names = (*MOVE_COLUMNS, "to_location", "reason", "moved_at")
        connection.execute(sa.insert(MOVE).from_select(names, back))
