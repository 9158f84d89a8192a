"""A titled block of a page, and a table in it."""

from cloud_hub.web.markup import el
from cloud_hub.web.parts.panel import panel, table


def test_a_panel_has_its_heading_and_its_note() -> None:
    drawn = panel("Tea & more", el("p", "inside"), note="since 14:00", kind="wide")
    assert drawn == (
        '<section class="panel wide"><header><h2>Tea &amp; more</h2>'
        '<p class="quiet">since 14:00</p></header><p>inside</p></section>'
    )
    assert panel("Tea", None) == ('<section class="panel"><header><h2>Tea</h2></header></section>')


def test_a_table_without_rows_says_so_in_words() -> None:
    assert table(("A",), [], nothing="nothing yet") == '<p class="quiet">nothing yet</p>'


def test_a_tables_heads_name_its_columns() -> None:
    drawn = table(("A", "<B>"), [el("tr", el("td", "1"), el("td", "2"))])
    assert drawn.count('scope="col"') == 2
    assert "&lt;B&gt;" in drawn
    assert "<tbody><tr><td>1</td><td>2</td></tr></tbody>" in drawn
