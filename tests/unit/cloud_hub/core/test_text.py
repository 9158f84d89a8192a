"""Sentences and names in the reader's language."""

from decimal import Decimal

from pydantic import TypeAdapter

from cloud_hub.core.text import Amount, Said, Text, in_context
from device_profiles.names import Names

GAPS = Text("Bring {n} × {product} from the back room to {slot}")


def both(said: Text) -> tuple[str, str]:
    return said.text("en"), said.text("zh")


def test_words_are_said_in_the_readers_language_and_in_english_for_all_others() -> None:
    text = Text("Seen")
    told = [text.text(language) for language in ("zh", "zh-CN", "en", "de", "")]
    assert told == ["实见", "实见", "Seen", "Seen", "Seen"]


def test_a_name_in_a_sentence_is_told_in_the_sentences_language() -> None:
    said = GAPS.filled(n=2, product=Names(en="Tea", zh="茶"), slot="A-1-1")
    assert said.text("en") == "Bring 2 × Tea from the back room to A-1-1"
    assert said.text("zh") == "从后仓取 2 件茶补到 A-1-1"


def test_chinese_keeps_its_spaces_beside_latin_words_and_figures() -> None:
    said = GAPS.filled(n=2, product="Cola 7", slot="A-1-1")
    assert said.text("zh") == "从后仓取 2 件 Cola 7 补到 A-1-1"


def test_a_template_is_filled_in_each_readers_language() -> None:
    tea = Names(en="tea", zh="茶")
    said = Text("{first}, {rest}").filled(first=tea, rest=Text("Other {letter}").filled(letter="A"))
    assert both(said) == ("tea, Other A", "茶、其他 A")
    assert said.text("zh-CN") == "茶、其他 A"
    assert said.text("de") == "tea, Other A"


def test_a_chinese_name_is_not_set_apart_by_spaces() -> None:
    said = Text("Other {letter}").filled(letter=Names(zh="茶"))
    assert said.text("zh") == "其他茶"


def test_a_sentence_that_counts_knows_one_from_many() -> None:
    lost = Text("; about {n} basket lost", "; about {n} baskets lost")
    assert both(lost.filled(n=1)) == ("; about 1 basket lost", "；约流失 1 单")
    assert both(lost.filled(n=2)) == ("; about 2 baskets lost", "；约流失 2 单")
    assert lost.filled(n=Amount(Decimal(1204), 0)).text("en") == "; about 1,204 baskets lost"


def test_equal_words_of_two_meanings_are_told_apart() -> None:
    assert both(Text("Seen")) == ("Seen", "实见")
    assert both(in_context("button", "Seen")) == ("Seen", "已知悉")


def test_programs_get_words_in_every_language_that_people_may_read_in() -> None:
    told = TypeAdapter(Said)
    sentence = Text("Other {letter}").filled(letter="A")
    assert (
        told.dump_python(sentence, mode="json").items() >= {"en": "Other A", "zh": "其他 A"}.items()
    )
    assert (
        told.dump_python(Names(en="Tea", fr="Thé"), mode="json").items()
        >= {
            "en": "Tea",
            "zh": "Tea",
            "fr": "Thé",
        }.items()
    )
    assert "und" not in told.dump_python(Names.same("A-1-1"), mode="json")
