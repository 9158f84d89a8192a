"""The console's addresses in the hub's application."""

from tests.stage.served_console import ServedConsole


def asset(page: str, mark: str) -> str:
    return page.partition(mark)[2].partition('"')[0]


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


async def test_scripts_and_styles_are_asked_for_once_and_come_packed(
    console: ServedConsole,
) -> None:
    address = asset((await console.http.get("/login")).text, '<script defer src="')
    script = await console.http.get(address)
    assert script.status_code == 200
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    unmarked = await console.http.get(address.partition("?")[0])
    assert "immutable" not in unmarked.headers.get("cache-control", "")


async def test_no_file_outside_the_static_folder_is_served(console: ServedConsole) -> None:
    folder = asset((await console.http.get("/login")).text, '<script defer src="').rpartition("/")[
        0
    ]
    for path in ("../mount.py", "%2e%2e/mount.py", "nothing.js"):
        assert (await console.http.get(f"{folder}/{path}")).status_code == 404


async def test_an_api_address_that_leads_nowhere_is_told_in_json(console: ServedConsole) -> None:
    answer = await console.http.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such address."})


async def test_an_act_is_posted_and_never_followed_as_a_link(console: ServedConsole) -> None:
    console.task("t1")
    answer = await console.http.get("/console/act/answer-task?task_id=t1&answer=done")
    assert answer.status_code in (404, 405)
    assert console.answer_of("t1") is None
