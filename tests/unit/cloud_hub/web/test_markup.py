from cloud_hub.web.markup import Markup, el, joined


def test_data_is_escaped_wherever_it_stands():
    drawn = el("p", "<script>", title='"><img>')
    assert drawn == '<p title="&#34;&gt;&lt;img&gt;">&lt;script&gt;</p>'


def test_markup_inside_markup_is_kept():
    assert el("p", el("b", "a & b")) == "<p><b>a &amp; b</b></p>"


def test_nothing_is_drawn_for_none_and_false():
    assert el("p", None, ["x", None], hidden=False, id=None) == "<p>x</p>"


def test_names_lose_their_underscores():
    assert el("label", for_="a", data_fresh=True) == '<label for="a" data-fresh></label>'


def test_void_elements_are_not_closed():
    assert el("input", name="a") == '<input name="a">'


def test_numbers_and_lists_are_joined_in_order():
    assert joined(1, [Markup("<i>"), "<"]) == "1<i>&lt;"
