"""Pages and forms without any script: plain requests, plain posts."""

from cloud_hub.access.sign_in import SESSION_COOKIE
from device_profiles.store import LoginRole
from tests.stage.served_console import ServedConsole


async def test_a_page_is_whole_without_a_script(console: ServedConsole) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    page = await console.http.get("/tasks", headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})
    assert page.status_code == 200
    assert "Bring 12" in page.text
    assert 'action="/console/act/answer-task"' in page.text
    assert page.headers["cache-control"] == "no-store"


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


async def test_no_page_runs_a_script_that_is_not_the_hubs_own(console: ServedConsole) -> None:
    page = await console.http.get("/login")
    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";")
    )
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "<script>" not in page.text
    assert "strict-transport-security" not in page.headers


async def test_over_tls_browsers_are_told_to_stay_there(console: ServedConsole) -> None:
    page = await console.http.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert page.headers["strict-transport-security"] == "max-age=31536000"


async def test_scripts_and_styles_are_asked_for_once(console: ServedConsole) -> None:
    page = await console.http.get("/login")
    address = page.text.partition('<script defer src="')[2].partition('"')[0]
    script = await console.http.get(address)
    assert script.status_code == 200
    assert "immutable" in script.headers["cache-control"]


async def test_an_api_address_that_leads_nowhere_is_told_in_json(console: ServedConsole) -> None:
    answer = await console.http.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such address."})
