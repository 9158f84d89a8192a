import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from edge_agent.page.doctor_page import MENDS, DoctorPage, doctor_html
from edge_agent.upkeep.doctor.finding import Mend, ok, untried, wrong

WELL = (ok("disk", "900 MB free", "剩余 900 MB"), untried("hub", "works alone", "独立运行"))
ILL = (*WELL, wrong("camera", ("<b>dark", "<b>暗"), Mend.LIGHT, subject="door"))


@pytest.mark.parametrize("is_chinese", [False, True])
def test_what_is_wrong_comes_first_with_what_to_do(is_chinese: bool) -> None:
    page = doctor_html(ILL, is_chinese=is_chinese)
    assert (MENDS[Mend.LIGHT] if is_chinese else Mend.LIGHT.value) in page
    camera, disk = ("相机", "磁盘") if is_chinese else ("Camera", "Disk")
    assert page.index(camera) < page.index(disk)
    assert "<b>dark" not in page
    assert "<script" not in page


def test_a_device_that_is_well_says_so() -> None:
    assert "all is well" in doctor_html(WELL, is_chinese=False)
    assert "一切正常" in doctor_html(WELL, is_chinese=True)


def test_every_mend_is_said_in_chinese() -> None:
    assert set(MENDS) == set(Mend)


async def test_programs_read_the_same() -> None:
    async def examine():
        return ILL

    app = web.Application()
    DoctorPage(examine).add_to(app)
    async with TestClient(TestServer(app)) as client:
        told = await (await client.get("/doctor.json")).json()
        page = await (await client.get("/doctor?lang=zh")).text()
    assert not told["well"]
    assert told["checks"][2]["mend"] == Mend.LIGHT.value
    assert "设备检查" in page
