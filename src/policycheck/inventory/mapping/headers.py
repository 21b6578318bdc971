"""What the headers of exports usually mean: in English and Chinese, and in `local_headers`.

Compared without case, blanks and signs, and without what stands in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from policycheck.inventory.mapping.local_headers import LOCAL
from policycheck.text import fold_text

SYNONYMS: Mapping[tuple[str, str], str] = {
    ("device", "device_id"): (
        "设备id 设备编号 设备标识 终端id 终端编号 资产编号 资产编码 deviceid deviceidentifier"
        " computerid endpointid machineid clientid assettag assetid assetnumber 计算机名"
        " 主机名 hostname computername host computer"
    ),
    ("device", "name"): (
        "设备名称 终端名称 计算机名称 设备名 终端名 devicename devicefriendlyname machinename"
        " endpointname 计算机名 主机名 hostname computername host computer device"
    ),
    ("device", "serial"): (
        "序列号 设备序列号 sn 出厂编号 serialnumber serial serialno deviceserialnumber"
        " hardwareserial"
    ),
    ("device", "udid"): "udid 设备udid deviceudid hardwareuuid deviceuuid uuid 唯一标识",
    ("device", "platform"): (
        "操作系统 系统类型 平台 操作系统类型 platform os operatingsystem ostype osname"
    ),
    ("device", "os_version"): (
        "系统版本 操作系统版本 osversion operatingsystemversion systemversion"
    ),
    ("device", "form"): "终端类型 设备类型 devicetype formfactor",
    ("device", "manufacturer"): (
        "品牌 制造商 设备厂商 设备品牌 manufacturer devicemanufacturer brand"
    ),
    ("device", "model"): "型号 设备型号 机型 model devicemodel",
    ("device", "ownership"): (
        "设备归属 设备所属 归属类型 资产属性 归属 ownership ownertype deviceownership"
        " manageddeviceownertype"
    ),
    ("device", "managed"): "是否受管 受管 是否管理 managed ismanaged",
    ("device", "user_id"): (
        "邮箱 电子邮箱 用户邮箱 email emailaddress useremail useremailaddress mail upn"
        " userprincipalname 工号 员工编号 账号 用户账号 用户id 登录名 username userid login"
        " loginname loggedonuser lastloggedonuser 使用人 用户名 员工姓名 姓名 责任人 领用人"
        " 所属用户 user primaryuser assignedto assigneduser currentuser lastuser owner"
    ),
    ("device", "reported_at"): (
        "最后上线时间 最近在线时间 最后在线时间 最近上线时间 最后上报时间 上报时间 采集时间"
        " 扫描时间 lastseen lastcheckin lastcontact lastsync lastsynctime lastreported"
        " lastreport lastinventory lastonline lastscan reportedat scandate scantime"
    ),
    ("item", "name"): (
        "应用名称 软件名称 程序名称 应用名 软件名 程序名 applicationname appname softwarename"
        " programname productname displayname application app software program product 应用"
        " 软件 name 名称"
    ),
    ("item", "identifier"): (
        "包名 应用包名 应用标识 bundleid bundleidentifier packagename packageid"
        " packageidentifier applicationidentifier applicationid appid package identifier"
    ),
    ("item", "version"): (
        "版本号 应用版本 软件版本 版本名 版本 appversion applicationversion softwareversion"
        " productversion displayversion installedversion versionname version"
    ),
    ("item", "publisher"): ("发布者 开发者 发行商 供应商 厂商 软件厂商 publisher vendor developer"),
    ("item", "installed_at"): (
        "安装时间 安装日期 installdate installeddate installedat installtime installedon"
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
PERSON_SYNONYMS: Mapping[tuple[str, str], str] = {
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
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|（.*?）|【.*?】")


def match_headers(
    headers: Iterable[str],
    items: str = "",
    meanings: Mapping[tuple[str, str], str] = SYNONYMS,
) -> dict[tuple[str, str], str]:
    """Return which of the headers is what: section and column -> header, each used once.

    Of a path such as `user.email` the last key counts, if the whole is unknown. `items` is the
    path of the list of items in a JSON record: what is below it tells of items, and only that.
    """
    left = {header: _spell(header) for header in headers if header}
    found: dict[tuple[str, str], str] = {}
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
    _settle_maker(found)
    return found


def _settle_maker(found: dict[tuple[str, str], str]) -> None:
    """Of a list of software without a model, a manufacturer is that of the software."""
    maker, publisher = ("device", "manufacturer"), ("item", "publisher")
    is_software = ("item", "name") in found and ("device", "model") not in found
    if is_software and maker in found and publisher not in found:
        found[publisher] = found.pop(maker)


def _find_first(words: Iterable[str], headers: Mapping[str, tuple[str, ...]]) -> str:
    for word in words:
        for header, spellings in headers.items():
            if word in spellings:
                return header
    return ""


def _spell(header: str) -> tuple[str, ...]:
    text = _BRACKETS.sub("", fold_text(header.strip("\ufeff\t '\"=")))
    parts = text.split(".")
    several = (text, parts[-1], "".join(parts[-2:]))
    return tuple("".join(filter(str.isalnum, part)) for part in several)
