"""The devices with a story: each shows one thing. `README.md` says what, a test checks it.

All names are invented; their family names do not occur in the drawn crowd.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from fleet import Device, Item, Person

RECENT = datetime(2013, 9, 29, 8, 15, tzinfo=UTC)
JULY = datetime(2013, 7, 12, 1, 40, tzinfo=UTC)

PEOPLE = [
    Person("na.ma", "na.ma@example.cn", "马娜", "employee", "采销部", "北京"),
    Person("anna.novak", "anna.novak@example.com", "Anna Novak", "employee", "采销部", "上海"),
    Person("qiang.lin", "qiang.lin@example.cn", "林强", "employee", "物流部", "北京"),
    Person("hui.he", "hui.he@example.cn", "何慧", "employee", "财务部", "北京"),
    Person("bo.guo", "bo.guo@example.cn", "郭波", "employee", "研发部", "北京"),
    Person("peng.gao", "peng.gao@example.cn", "高鹏", "employee", "客服部", "广州"),
    Person("xin.luo", "xin.luo@example.cn", "罗欣", "employee", "物流部", "广州"),
    Person("kai.zheng", "kai.zheng@example.cn", "郑凯", "employee", "研发部", "北京"),
    Person("ying.liang", "ying.liang@example.cn", "梁颖", "employee", "财务部", "上海"),
    Person("jun.xie", "jun.xie@example.com", "谢军", "partner", "物流部", "上海"),
    Person("priya.nair", "priya.nair@example.com", "Priya Nair", "contractor", "研发部", "北京"),
    Person("dan.song", "dan.song@example.cn", "宋丹", "employee", "人力资源部", "北京"),
    Person("yu.tang", "yu.tang@example.cn", "唐宇", "employee", "研发部", "北京"),
    Person("tom.berg", "tom.berg@example.com", "Tom Berg", "employee", "研发部", "上海"),
    Person("ling.han", "ling.han@example.cn", "韩玲", "employee", "采销部", "苏州"),
    Person("bin.deng", "bin.deng@example.cn", "邓斌", "partner", "物流部", "苏州"),
    Person("lan.cao", "lan.cao@example.cn", "曹兰", "employee", "财务部", "北京"),
    # Two people, one address: neither can be told from the other, both rows are rejected.
    Person("fei.xu1", "fei.xu@example.cn", "许飞", "employee", "客服部", "广州"),
    Person("fei.xu2", "fei.xu@example.cn", "许菲", "partner", "物流部", "广州"),
]


def guid(number: int) -> str:
    """Return the device id that Intune would have given to machine `number`."""
    text = hashlib.sha256(f"example {number}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def package(name: str, version: str) -> Item:
    """Return a Debian package as an agent lists it."""
    return Item(name, name, "deb_package", None, version)


def _desktop(*apps: tuple[str, str | None, str]) -> list[Item]:
    office = Item("Microsoft Office Professional Plus 2010", None, None,
                  "Microsoft Corporation", "14.0.7015")  # fmt: skip
    chrome = Item("Google Chrome", None, None, "Google Inc.", "29.0.1547.76")
    found = [Item(app, None, None, publisher, version) for app, publisher, version in apps]
    return [office, chrome, *found]


def _android(*items: Item) -> list[Item]:
    return [
        Item("设置", "com.android.settings", "android_package", None, "4.1.2"),
        Item("京东", "com.jingdong.app.mall", "android_package", None, "3.0.1", "Shopping"),
        *items,
    ]


def _apk(name: str, identifier: str, version: str, **fields: str) -> Item:
    return Item(name, identifier, "android_package", None, version, **fields)


def _ios(*apps: tuple[str, str, str]) -> list[Item]:
    return [Item(name, bundle, "ios_bundle", None, version) for name, bundle, version in apps]


def _pc(number: int, user: str | None, items: list[Item], **fields: object) -> Device:
    known: dict[str, object] = {
        "device_id": guid(number), "name": f"PC-{number:04d}", "serial": f"EXPC{number:06d}",
        "platform": "windows", "form": "laptop", "os_version": "6.1.7601",
        "model": "ThinkPad T430", "ownership": "corporate", "user_id": user,
        "reported_at": RECENT - timedelta(minutes=37 * number), "listing": "all", "items": items,
    }  # fmt: skip
    return Device(**{**known, **fields})  # type: ignore[arg-type]


def _phone(number: int, user: str | None, items: list[Item], **fields: object) -> Device:
    known: dict[str, object] = {
        "device_id": f"phone-{number:04d}", "name": f"phone-{number:04d}",
        "serial": f"EXPH{number:06d}", "platform": "android", "form": "phone",
        "os_version": "4.1.2", "manufacturer": "Xiaomi", "model": "MI 2S",
        "ownership": "corporate", "user_id": user,
        "reported_at": RECENT - timedelta(minutes=53 * number), "listing": "all", "items": items,
    }  # fmt: skip
    return Device(**{**known, **fields})  # type: ignore[arg-type]


YIXIN_PC = ("易信", "浙江翼信科技有限公司", "1.0.0.318")
YIXIN = _apk("易信", "im.yixin", "1.0.1121")

INTUNE = [
    _pc(1, "na.ma@example.cn",
        _desktop(YIXIN_PC, ("企业微信", "腾讯科技(深圳)有限公司", "1.0.0.1015"))),
    _pc(2, "hui.he@example.cn", _desktop(YIXIN_PC)),
    _pc(3, "bo.guo@example.cn", _desktop(("腾讯QQ", "腾讯科技(深圳)有限公司", "6.3.7816.0")),
        reported_at=JULY),
    _pc(4, "kai.zheng@example.cn", _desktop(YIXIN_PC), reported_at=JULY),
    _pc(5, None, _desktop(("腾讯QQ", "腾讯科技(深圳)有限公司", "6.3.7816.0"))),
    _pc(6, "somebody.else@example.org", _desktop(("腾讯QQ", "腾讯科技(深圳)有限公司", "6.3"))),
    _pc(7, "ying.liang@example.cn", [], listing=None),
    _pc(8, "priya.nair@example.com",
        _desktop(("腾讯QQ", "腾讯科技(深圳)有限公司", "6.3.7816.0"))),
    _pc(9, "tom.berg@example.com", _desktop(YIXIN_PC, ("Signal", None, "1.0"),
                                            ("Signal Generator", None, "2.1"))),
    _pc(10, "yu.tang@example.cn", _desktop(YIXIN_PC, ("QQ邮箱", "Tencent", "3.0.5"),
                                           ("QQ音乐", "腾讯科技(深圳)有限公司", "9.0.2315"),
                                           ("微信读书", "Tencent", "1.0.0"))),
    _pc(11, "fei.xu@example.cn", _desktop(("腾讯QQ", "腾讯科技(深圳)有限公司", "6.3.7816.0"))),
]  # fmt: skip

PHONES = [
    _phone(1, "qiang.lin@example.cn",
           _android(YIXIN, _apk("微信", "com.tencent.mm", "5.0.1", profile="clone"))),
    _phone(2, "peng.gao@example.cn", _android(YIXIN, _apk("便签", "com.tencent.mm", "5.0.1"))),
    _phone(3, "xin.luo@example.cn",
           _android(YIXIN, _apk("WеChat", "com.example.weather3", "5.0.1"))),
    _phone(4, "anna.novak@example.com", _ios(("京东", "com.360buy.jdmobile", "3.0.0")),
           platform="ios", os_version="7.0.2", manufacturer="Apple", model="iPhone 5",
           ownership="personal_enrolled", listing="managed"),
    _phone(5, "dan.song@example.cn", _android(YIXIN, _apk("微信", "com.tencent.mm", "5.0.1")),
           ownership="personal_enrolled", listing="managed"),
    _phone(6, "hui.he@example.cn",
           _android(YIXIN, _apk("Bluebird Messenger", "com.example.bluebird", "0.9",
                                store_category="Communication"))),
    _phone(7, "jun.xie@example.com", _android(_apk("微信", "com.tencent.mm", "5.0.1"))),
    _phone(8, "na.ma@example.cn", _ios(("易信", "", "1.0.2"), ("微信", "com.tencent.xin", "5.0.2")),
           platform="ipados", form="tablet", os_version="7.0.2", manufacturer="Apple",
           model="iPad 4"),
    _phone(9, "kai.zheng@example.cn", _android(YIXIN, _apk("微信", "com.example.a7f3", "5.0.1",
                                                           install_source="file"))),
    _phone(10, "lan.cao@example.cn", _android(YIXIN)),
]  # fmt: skip

SUZHOU = [
    _phone(1, "ling.han", _android(_apk("微信", "com.tencent.mm", "5.0.1"),
                                   _apk("QQ", "com.tencent.mobileqq", "4.2.1")),
           device_id="SZ-0001", name="韩玲的手机", serial="EXSZ000001"),
    _phone(2, "bin.deng", _android(_apk("微信", "com.tencent.mm", "5.0.1")),
           device_id="SZ-0002", name="邓斌的手机", serial="EXSZ000002"),
]  # fmt: skip

AGENTS = [
    Device("ws-01-2013-09-28-08-00-01", "ws-01", "linux", "desktop",
           "Debian GNU/Linux 7.1 (wheezy)", None, "yu.tang", RECENT, "all",
           [package("adduser", "3.113"), package("bash", "4.2-2"), package("linuxqq", "1.0.2-1"),
            package("libc6", "2.13-38"), package("vim", "7.3.547-7")], "EXWS000001"),
]  # fmt: skip


def _checkout(name: str, listing: str | None, *channels: str) -> Device:
    items = [Item(channel, kind="payment_channel") for channel in channels]
    return Device(name, name, "other", "service", None, "corporate", None, RECENT, listing, items)


CHECKOUTS = [
    _checkout("checkout-web", "all", "财付通", "货到付款", "银联在线支付", "网银在线"),
    _checkout("checkout-mobile", "all", "货到付款", "银联在线支付"),
    _checkout("checkout-groupbuy", "managed", "网银在线"),
    _checkout("checkout-travel", None),
]
