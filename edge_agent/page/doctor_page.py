"""`/doctor`: the device examined at its own page, in English and Chinese, with no network."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import htpy as h
from aiohttp import web

from edge_agent.page.device_markup import STYLE
from edge_agent.page.failure_words import in_chinese
from edge_agent.page.frame import framed, wants_chinese
from edge_agent.page.status import Link
from edge_agent.upkeep.doctor.finding import Checked, Mend, Soundness, is_well

DOCTOR_LINK: Final = Link(href="/doctor", en="test this device", zh="检查本设备")
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "disk": ("Disk", "磁盘"),
    "clock": ("Clock", "时钟"),
    "camera": ("Camera", "相机"),
    "sensor": ("Sensor", "传感器"),
    "model": ("Model", "模型"),
    "gallery": ("Gallery", "商品图库"),
    "plan": ("Shelf plan", "陈列图"),
    "prices": ("Price list", "价目表"),
    "hub": ("Hub", "中枢"),
    "broker": ("Broker", "消息服务器"),
    "certificate": ("Certificate", "证书"),
    "profile": ("Profile", "配置文件"),
}
VERDICTS: Final = {
    Soundness.OK: ("right", "正常", "good"),
    Soundness.WRONG: ("wrong", "有误", "bad"),
    Soundness.UNTRIED: ("not tried", "未检查", "dim"),
}
MENDS: Final = {
    Mend.PROFILE: "请修正配置文件",
    Mend.ROOM: "请腾出磁盘空间，或更换磁盘",
    Mend.TIME: "请让本机从网络对时（timedatectl set-ntp true）",
    Mend.CLAIM: "请在中枢取得登记码，然后运行：aisle edge claim CODE --data DIR",
    Mend.NETWORK: "请检查网线、无线网络、路由器和中枢地址",
    Mend.LET_IN: "请在中枢查看为何不再允许此设备接入",
    Mend.BROKER: "请确认中枢的消息服务器在运行，且防火墙放行其端口",
    Mend.RENEW: "连上中枢后会自动更新；否则请重新登记",
    Mend.ARTIFACT: "请在中枢以新版本重新发布",
    Mend.MODEL: "请重新安装此版本的 AisleOS",
    Mend.PRICES: "请在中枢为此设备发布价目表",
    Mend.SENSOR: "请检查传感器插头及配置中的地址",
    Mend.CAMERA: "请检查相机的插头、电源和地址",
    Mend.PICTURE: "请在配置中改为相机的尺寸，或把相机设为该尺寸",
    Mend.LIGHT: "请取下镜头遮挡物，或开灯",
}


@dataclass(frozen=True, slots=True)
class DoctorPage:
    """The page's routes. `examine` looks at everything, which takes seconds."""

    examine: Callable[[], Awaitable[tuple[Checked, ...]]]

    def add_to(self, app: web.Application) -> None:
        """Adds `/doctor` and `/doctor.json`."""
        app.add_routes([web.get("/doctor", self._show), web.get("/doctor.json", self._data)])

    async def _show(self, request: web.Request) -> web.Response:
        text = doctor_html(await self.examine(), is_chinese=wants_chinese(request))
        return web.Response(text=text, content_type="text/html")

    async def _data(self, request: web.Request) -> web.Response:
        found = await self.examine()
        return web.json_response(
            {"well": is_well(found), "checks": [one.as_json() for one in found]}
        )


def doctor_html(found: tuple[Checked, ...], *, is_chinese: bool) -> str:
    """The page: one row a thing, what is wrong first."""
    order = (Soundness.WRONG, Soundness.UNTRIED, Soundness.OK)
    ranked = sorted(found, key=lambda one: order.index(one.verdict))
    title = "设备检查" if is_chinese else "This device, tested"
    back, again = ("返回", "再检查一次") if is_chinese else ("back", "test again")
    said = ("一切正常", "有问题需要处理") if is_chinese else ("all is well", "something is wrong")
    return framed(
        title,
        h.h1[title],
        h.p(class_="good" if is_well(found) else "bad")[said[0] if is_well(found) else said[1]],
        h.table[[_row(one, is_chinese) for one in ranked]],
        h.p[h.a(href="/doctor")[again], " · ", h.a(href="/")[back]],
        head=h.style[STYLE],
        is_chinese=is_chinese,
    )


def _row(one: Checked, is_chinese: bool) -> h.Element:
    en, zh, tone = VERDICTS[one.verdict]
    detail = in_chinese(one.zh) if is_chinese else one.en
    todo = None
    if one.mend is not None:
        todo = h.b[MENDS[one.mend] if is_chinese else one.mend.value]
    return h.tr[
        h.td[NAMES[one.what][is_chinese], h.br, h.span(class_="dim")[one.subject]],
        h.td(class_=tone)[zh if is_chinese else en],
        h.td(style="overflow-wrap:anywhere")[detail, h.br if todo else None, todo],
    ]
