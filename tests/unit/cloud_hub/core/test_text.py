"""Sentences in two languages."""

from cloud_hub.core.text import Text

GAP = Text(en="{n} gaps in {store}", zh="{store} 有 {n} 个缺货位")


def test_words_are_said_in_the_readers_language_and_in_english_for_all_others() -> None:
    text = Text(en="tea", zh="茶")
    assert [text.said_in(language) for language in ("zh", "zh-CN", "en", "de", "")] == [
        "茶",
        "茶",
        "tea",
        "tea",
        "tea",
    ]


def test_a_name_in_a_sentence_is_told_in_the_sentences_language() -> None:
    said = GAP.filled(n=2, store=Text(en="North Gate", zh="北门店"))
    assert said == Text(en="2 gaps in North Gate", zh="北门店有 2 个缺货位")


def test_chinese_keeps_its_spaces_beside_latin_words_and_figures() -> None:
    assert GAP.filled(n=2, store="Kiosk 7").zh == "Kiosk 7 有 2 个缺货位"


def test_chinese_marks_stand_close_too() -> None:
    said = Text(en="{a}: {b}", zh="{a} ： {b}").filled(a=Text(en="Tea", zh="茶"), b="绿茶")
    assert said.zh == "茶：绿茶"
