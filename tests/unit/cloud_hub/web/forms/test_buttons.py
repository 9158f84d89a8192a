"""Buttons that work without any script."""

from dataclasses import replace

from cloud_hub.web.forms.buttons import act_form, press
from tests.stage.page_parts import a_reader


def test_a_button_sends_its_value_with_what_it_is_about_and_where_it_was_pressed() -> None:
    reader = replace(a_reader(), here="/shelf/s01-a", query="slot=A-1-2&x=<b>")
    button = press("answer-task", "answer", 'done "now"', "<Done>", class_="button")
    drawn = str(act_form("answer-task", reader, {"task_id": "<t1>"}, button))
    assert 'method="post" action="/console/act/answer-task"' in drawn
    assert 'name="_at" value="/shelf/s01-a?slot=A-1-2&amp;x=&lt;b&gt;"' in drawn
    assert 'name="task_id" value="&lt;t1&gt;"' in drawn
    assert 'type="submit" name="answer" value="done &#34;now&#34;"' in drawn
    assert "&lt;Done&gt;" in drawn


def test_a_form_has_a_class_of_its_own_where_it_is_asked_for() -> None:
    assert 'class="act"' in str(act_form("x", a_reader(), {}))
    drawn = str(act_form("x", a_reader(), {}, class_="answers", id="f"))
    assert 'class="answers"' in drawn
    assert 'class="act"' not in drawn
    assert 'id="f"' in drawn


def test_what_is_left_out_of_a_button_is_not_drawn() -> None:
    drawn = str(press("x", "a", "1", "Go", None, title=None, data_sure="Really?"))
    assert "title" not in drawn
    assert 'data-sure="Really?"' in drawn
    assert "None" not in drawn
