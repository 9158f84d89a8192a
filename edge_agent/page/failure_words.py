"""What parts and the link say of a failure, in Chinese: they are said in English, which the log and
the hub keep."""

from typing import Final

from device_profiles.failures import Failure

_FAILURES: Final = {
    Failure.NOTHING_ANSWERS: "对方没有应答；请确认它在运行，地址是否正确",
    Failure.NO_ANSWER_IN_TIME: "等待应答超时；请检查网络和地址",
    Failure.NO_WAY: "网络不通；请检查网线、无线网络和路由器",
    Failure.UNKNOWN_NAME: "找不到该主机名；请检查地址和网络的域名服务器",
    Failure.CUT: "连接被中断；请检查网络，系统会再试",
    Failure.NOT_TRUSTED: "证书不受信任；请检查签发机构文件和时钟",
    Failure.NOT_THERE: "不存在；请检查路径，以及设备是否插好",
    Failure.NOT_ALLOWED: "当前用户无权使用；请授予权限",
    Failure.IS_FOLDER: "这是文件夹，不是文件",
    Failure.FULL: "磁盘已满；请腾出空间",
    Failure.READ_ONLY: "磁盘只读；请以可写方式挂载",
    Failure.BROKEN: "设备或磁盘没有响应；请检查插头，或更换",
    Failure.BUSY: "正被另一程序占用；请停止该程序",
    Failure.NOT_TEXT: "不是该编码的文本",
}
_PHRASES: Final = {
    "no broker answers at ": "消息服务器无应答 ",
    "no hub answers at ": "中枢无应答 ",
    "no hub given": "未设置中枢",
    "no answer yet": "尚无应答",
    "cannot read thermometer ": "无法读取温度计 ",
    "cannot read photo folder ": "无法读取照片文件夹 ",
    "cannot read ": "无法读取 ",
}
IN_CHINESE: Final = {**{each.value: words for each, words in _FAILURES.items()}, **_PHRASES}


def in_chinese(detail: str) -> str:
    """The detail with what is known of it in Chinese; names and addresses stay."""
    for english, chinese in IN_CHINESE.items():
        detail = detail.replace(english, chinese)
    return detail
