"""What the headers of exports usually mean: in English and Chinese, and in `local_headers`.

Compared without case, blanks and signs, and without what stands in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from policycheck.inventory.mapping.local_headers import LOCAL
from policycheck.text import fold_text

Meaning = tuple[str, str]
"""A section and a column of ours."""
SYNONYMS: Mapping[Meaning, str] = {
    ("device", "device_id"): (
        "设备id 设备编号 设备标识 终端id 终端编号 资产编号 资产编码 deviceid deviceidentifier"
        " computerid endpointid machineid clientid assettag assetid assetnumber 计算机名"
        " 主机名 hostname computername host computer 机器码 客户端id"
    ),
    ("device", "name"): (
        "设备名称 终端名称 计算机名称 设备名 终端名 devicename devicefriendlyname machinename"
        " endpointname 计算机名 主机名 hostname computername host computer device"
        " 主机名称 机器名 机器名称 电脑名 电脑名称 客户端名称 assetname systemname computerdnsname"
        " endpoint workstation"
    ),
    ("device", "serial"): (
        "序列号 设备序列号 sn 出厂编号 serialnumber serial serialno deviceserialnumber"
        " hardwareserial biosserialnumber 主机序列号 computerserialnumber"
    ),
    ("device", "udid"): "udid 设备udid deviceudid hardwareuuid deviceuuid uuid 唯一标识",
    ("device", "platform"): (
        "操作系统 系统类型 平台 操作系统类型 platform os operatingsystem ostype osname"
        " osplatform deviceplatform 系统平台 computeros computeroperatingsystem"
    ),
    ("device", "os_version"): (
        "系统版本 操作系统版本 os版本 osversion operatingsystemversion systemversion"
    ),
    ("device", "form"): "终端类型 设备类型 devicetype formfactor",
    ("device", "manufacturer"): (
        "品牌 制造商 设备厂商 设备品牌 manufacturer devicemanufacturer brand"
    ),
    ("device", "model"): "型号 设备型号 机型 model devicemodel",
    ("device", "ownership"): (
        "设备归属 设备所属 归属类型 资产属性 归属 所有权 所有权类型"
        " ownership ownertype deviceownership"
        " manageddeviceownertype"
    ),
    ("device", "managed"): "是否受管 受管 是否管理 managed ismanaged",
    ("device", "user_id"): (
        "主要用户upn primaryuserupn annotateduser 邮箱 电子邮箱 用户邮箱 主要用户电子邮件地址"
        " email emailaddress useremail useremailaddress mail upn"
        " userprincipalname 工号 员工编号 账号 用户账号 用户id 登录名 username userid login"
        " loginname loggedonuser lastloggedonuser 使用人 用户名 员工姓名 姓名 责任人 领用人"
        " 所属用户 最近登录用户 当前登录用户 登录用户 当前用户 lastloggedinuser checkedoutto"
        " computercurrentuser user primaryuser assignedto assigneduser currentuser lastuser owner"
    ),
    ("device", "reported_at"): (
        "最后上线时间 最近在线时间 最后在线时间 最近上线时间 最后上报时间 上报时间 采集时间"
        " 扫描时间 lastseen lastcheckin lastcontact lastsync lastsynctime lastreported"
        " lastreport lastinventory lastonline lastscan reportedat scandate scantime lastbeat"
        " lastcheckintime lastseentime lastcontacttime lastreportedtime 上次签入 上次签入时间"
        " 最近上线 最后上线 最后通信时间 最近通信时间"
    ),
    ("item", "name"): (
        "应用名称 软件名称 程序名称 应用名 软件名 程序名 applicationname appname softwarename"
        " programname productname swname displayname application app software program product 应用"
        " 软件 name 名称"
    ),
    ("item", "identifier"): (
        "包名 应用包名 应用标识 bundleid bundleidentifier packagename packageid"
        " packageidentifier applicationidentifier identifier applicationid appid package"
    ),
    ("item", "version"): (
        "版本名 版本名称 软件版本号 应用版本号 版本号 应用版本 软件版本 版本"
        " swversion versioninstalled appversion applicationversion softwareversion"
        " productversion displayversion installedversion versionname version"
    ),
    ("item", "publisher"): (
        "发布者 发布商 出版商 软件发布者 软件发布商 软件开发商 开发者 开发商 发行商 软件供应商"
        " 供应商 软件厂商 厂商"
        " publisher softwarepublisher applicationpublisher apppublisher vendor softwarevendor"
        " applicationvendor developer"
    ),
    ("item", "installed_at"): (
        "安装时间 安装日期 软件安装时间 软件安装日期 首次安装时间"
        " applicationinstalldate installdate installeddate installedat installtime installedon"
    ),
    ("item", "last_used_at"): "最近使用时间 最后使用时间 lastused lastusedat lastuseddate",
    ("item", "system"): (
        "系统应用 是否系统应用 应用类型 systemapp issystem issystemapp preinstalled"
    ),
    ("item", "path"): "安装路径 安装位置 安装目录 installpath installlocation path location",
    ("item", "install_source"): "安装来源 应用来源 installsource installer",
    ("device", "attributes.department"): "部门 所属部门 组织 所属组织 department dept orgunit",
    ("device", "attributes.imei"): "imei imei1",
}
"""Section and column -> headers, the most telling first."""
PERSON_SYNONYMS: Mapping[Meaning, str] = {
    ("person", "email"): (
        "邮箱 电子邮箱 企业邮箱 工作邮箱 邮件地址 email emailaddress workemail mail useremail"
        " primaryemail"
    ),
    ("person", "person_id"): (
        "工号 员工工号 员工编号 人员编号 员工userid userid 用户id 账号 登录名 employeeid"
        " employeenumber employeeno staffid personid personnelnumber userprincipalname upn"
        " username login"
    ),
    ("person", "name"): "姓名 员工姓名 名字 fullname displayname employeename name",
    ("person", "type"): (
        "人员类型 员工类型 用工类型 employeetype workertype employmenttype usertype type"
    ),
    (
        "person",
        "department",
    ): "部门 所属部门 主部门 一级部门 department departmentname dept orgunit",
    ("person", "title"): "职务 职位 岗位 职称 jobtitle title position",
    ("person", "grade"): "职级 级别 grade level joblevel",
    ("person", "location"): "工作地点 办公地点 城市 地点 location worklocation office city site",
    ("person", "manager"): (
        "直属上级 直属主管 上级 汇报对象 主管 manageremail manager managername supervisor reportsto"
    ),
    ("person", "groups"): "用户组 角色 分组 groups memberof roles",
}
"""The same of people files."""
_NESTED = {
    ("device", "device_id"): ["id"],
    ("device", "name"): ["name"],
    ("item", "identifier"): ["id"],
}
"""What says too little beside each other, but enough where items have a list of their own."""
_BARE = ("name", "displayname", "名称")
"""What may be the name of anything."""
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|（.*?）|【.*?】")


def match_headers(
    headers: Iterable[str],
    items: str = "",
    meanings: Mapping[Meaning, str] = SYNONYMS,
) -> dict[Meaning, str]:
    """Return which of the headers is what: section and column -> header, each used once.

    Of a path such as `user.email` the last key counts, if the whole is unknown. `items` is the
    path of the list of items in a JSON record: what is below it tells of items, and only that.
    """
    left = {header: spell_header(header) for header in headers if header}
    found: dict[Meaning, str] = {}
    for column, known in meanings.items():
        of_item = column[0] == "item"
        local = LOCAL.get(column, "").split() if meanings is SYNONYMS else []
        synonyms = [*local, *known.split()] if of_item else [*known.split(), *local]
        synonyms += _NESTED.get(column, []) if items else []
        allowed = {
            header: spellings
            for header, spellings in left.items()
            if not items or header.startswith(f"{items}.") == of_item
        }
        header = _find_first(synonyms, allowed)
        if header:
            found[column] = header
            del left[header]
    if meanings is SYNONYMS:
        _settle_maker(found)
        if not items:
            _settle_name(found, left)
    return found


def _settle_maker(found: dict[Meaning, str]) -> None:
    """Of a list of software without a model, a manufacturer is that of the software."""
    maker, publisher = ("device", "manufacturer"), ("item", "publisher")
    is_software = ("item", "name") in found and ("device", "model") not in found
    if is_software and maker in found and publisher not in found:
        found[publisher] = found.pop(maker)


def _settle_name(found: dict[Meaning, str], left: Mapping[str, tuple[str, ...]]) -> None:
    """Take a bare `Name` for the device's beside a clearer name of the app, or nothing of apps.

    As in JP1's list of installed software (`Name,Application name,Version`: Hitachi's manual) and
    in Meraki's of devices.
    """
    device, item = ("device", "name"), ("item", "name")
    if device in found or item not in found:
        return
    is_hardware = ("device", "model") in found
    told = {name for section, name in found if section == "item"} - {"name"}
    if _is_bare(found[item]) and not told - ({"version"} if is_hardware else set()):
        name = found.pop(item)
        if not {("device", "device_id"), ("device", "user_id")} <= set(found):
            found[device] = name  # else perhaps the user's, as in GAM's `print mobile`
        if version := found.pop(("item", "version"), ""):
            found.setdefault(("device", "os_version"), version)
        return
    known = [key for key in found if key[0] == "device"]
    bare = next((header for header in left if _is_bare(header)), "")
    if bare and not _is_bare(found[item]) and (known != [("device", "user_id")]):
        found[device] = bare


def _is_bare(header: str) -> bool:
    return spell_header(header)[0] in _BARE or spell_header(header)[1] in _BARE


def _find_first(words: Iterable[str], headers: Mapping[str, tuple[str, ...]]) -> str:
    for word in words:
        for header, spellings in headers.items():
            if word in spellings:
                return header
    return ""


def spell_header(header: str) -> tuple[str, ...]:
    """Return how a header can be meant: whole, by its last key, by its last two."""
    text = _BRACKETS.sub("", fold_text(header.strip("\ufeff\t '\"=")))
    parts = text.split(".")
    several = (text, parts[-1], "".join(parts[-2:]))
    return tuple("".join(filter(str.isalnum, part)) for part in several)
