"""What a form or button asks for, posted by the browser itself."""

from cloud_hub.access.sign_in import SESSION_COOKIE
from cloud_hub.web.actions import Attempt, Declined, Invalid
from cloud_hub.web.live.acts import attempt_of, typed
from device_profiles.store import LoginRole
from tests.stage.served_console import ServedConsole


async def test_a_plain_post_acts_and_the_next_page_says_so_once(console: ServedConsole) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.post(cookie, "answer-task", task_id="t1", answer="done", _at="/tasks")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks")
    assert console.answer_of("t1") == "done"
    said = answer.cookies["aisle_said"].strip('"')
    cookies = {"Cookie": f"{SESSION_COOKIE}={cookie}; aisle_said={said}"}
    page = await console.http.get("/tasks", headers=cookies)
    assert '<p role="status" id="done">Answered.</p>' in page.text
    assert 'aisle_said="";' in page.headers["set-cookie"]


async def test_a_plain_post_that_is_refused_shows_its_page_with_the_reason(
    console: ServedConsole,
) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.post(cookie, "answer-task", task_id="t9", answer="done", _at="/tasks")
    assert answer.status_code == 409
    assert "It is not there any more" in answer.text
    assert "<h1>Tasks</h1>" in answer.text


async def test_a_post_of_another_site_does_nothing(console: ServedConsole) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.http.post(
        "/console/act/answer-task",
        data={"task_id": "t1", "answer": "done", "_at": "/tasks"},
        headers={"Cookie": f"{SESSION_COOKIE}={cookie}", "Sec-Fetch-Site": "cross-site"},
    )
    assert "other-site" in answer.headers["location"]
    assert console.answer_of("t1") is None


async def test_a_post_never_leads_out_of_the_console(console: ServedConsole) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.post(
        cookie, "answer-task", task_id="t1", answer="done", _at="https://evil.example/"
    )
    assert answer.headers["location"] == "/"


async def test_a_post_that_is_too_long_is_refused(console: ServedConsole) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.post(cookie, "answer-task", task_id="x" * 70_000, answer="done")
    assert answer.status_code == 413


async def test_what_was_typed_wrong_is_shown_again_beside_its_field(console: ServedConsole) -> None:
    cookie = console.sign_in("anna", LoginRole.HEAD_OFFICE)
    at = "/stores/s01"
    answer = await console.post(
        cookie,
        "edit-store",
        _at=at,
        _form="edit-store-s01",
        store_id="s01",
        state="x",
        hours="Mon-Sun 07:00-23:00",
        time_zone="Etc/GMT-8",
        selling_area_m2="large",
        **{"name-en": "North <Gate>", "region-en": "Town"},
    )
    assert answer.status_code == 422
    assert "Write a number: 6.50." in answer.text
    assert 'value="North &lt;Gate&gt;"' in answer.text


async def test_an_act_of_another_role_or_of_none_changes_nothing(console: ServedConsole) -> None:
    console.task("t1")
    brand = console.sign_in("spring", LoginRole.BRAND, "spring")
    answer = await console.post(brand, "answer-task", task_id="t1", answer="done", _at="/brand")
    assert answer.status_code == 409
    assert "Your login may not do that." in answer.text
    unknown = await console.post(brand, "dance", _at="/brand")
    assert unknown.status_code == 409
    assert "This page is out of date. Load it again." in unknown.text
    assert console.answer_of("t1") is None


async def test_a_form_without_what_its_page_hides_is_out_of_date(console: ServedConsole) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.post(cookie, "answer-task", answer="done", _at="/tasks")
    assert answer.status_code == 409
    assert "This page is out of date." in answer.text


async def test_a_post_after_the_session_ended_leads_to_the_door_and_back(
    console: ServedConsole,
) -> None:
    answer = await console.post("no-session", "answer-task", task_id="t1", _at="/tasks?day=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?problem=ended&next=%2Ftasks%3Fday%3D1"


def test_what_a_form_says_of_itself_was_not_typed() -> None:
    fields = {"_at": "/tasks", "_form": "edit-x", "name": "Tea", "n_": "1"}
    assert typed(fields) == {"name": "Tea", "n_": "1"}
    attempt = attempt_of(fields, Invalid(errors={"name": "too long"}))
    assert attempt == Attempt(form_id="edit-x", typed=typed(fields), errors={"name": "too long"})
    assert attempt_of({}, Declined(message="no")) == Attempt(form_id="", typed={}, errors={})
