"""What the people of the example fleet install: (name, identifier, publisher, version) by platform.

Names, identifiers and publishers are public ones; versions are such as were current in
September 2013. `BASE` is what everybody has, `MORE` what some have; `MESSENGERS` are the
ones that the memo does not approve, with their weights.
"""

from __future__ import annotations

from typing import NamedTuple


class App(NamedTuple):
    """One app as an inventory would list it. An empty field is left out of the report."""

    name: str
    identifier: str
    publisher: str
    version: str
    store_category: str = ""


YIXIN = {
    "android": App("易信", "im.yixin", "", "1.0.1121", "Communication"),
    "ios": App("易信", "", "浙江翼信科技有限公司", "1.0.2", "Social Networking"),
    "windows": App("易信", "", "浙江翼信科技有限公司", "1.0.0.318"),
    "macos": App("易信", "", "浙江翼信科技有限公司", "1.0.0"),
}

MESSENGERS: dict[str, tuple[tuple[App, int], ...]] = {
    "android": (
        (App("微信", "com.tencent.mm", "", "5.0.1", "Communication"), 50),
        (App("QQ", "com.tencent.mobileqq", "", "4.2.1", "Communication"), 40),
        (App("WhatsApp", "com.whatsapp", "", "2.11.42", "Communication"), 10),
        (App("陌陌", "com.immomo.momo", "", "3.6.1", "Social"), 10),
        (App("LINE", "jp.naver.line.android", "", "3.8.8", "Communication"), 8),
        (App("Viber", "com.viber.voip", "", "3.1.2", "Communication"), 4),
    ),
    "ios": (
        (App("微信", "com.tencent.xin", "Tencent", "5.0.2", "Social Networking"), 50),
        (App("QQ", "com.tencent.mqq", "Tencent", "4.2.0", "Social Networking"), 40),
        (App("WhatsApp Messenger", "net.whatsapp.WhatsApp", "WhatsApp Inc.", "2.11.4",
             "Social Networking"), 14),
        (App("LINE", "jp.naver.line", "LINE Corporation", "3.8.0", "Social Networking"), 8),
    ),
    "windows": (
        (App("腾讯QQ", "", "腾讯科技(深圳)有限公司", "6.3.7816.0"), 60),
        (App("LINE", "", "LINE Corporation", "3.1.8.63"), 8),
        (App("Viber", "", "Viber Media Inc.", "3.1.0.1275"), 5),
        (App("WhatsApp", "", "WhatsApp Inc.", "0.2.0"), 3),
    ),
    "macos": (
        (App("QQ", "com.tencent.qq", "Tencent", "3.0.2"), 40),
        (App("LINE", "", "LINE Corporation", "3.3.2"), 8),
    ),
}  # fmt: skip

BASE: dict[str, tuple[App, ...]] = {
    "android": (
        App("京东", "com.jingdong.app.mall", "", "3.0.1", "Shopping"),
        App("设置", "com.android.settings", "", "4.1.2"),
        App("短信", "com.android.mms", "", "4.1.2"),
        App("相机", "com.android.camera", "", "4.1.2"),
        App("浏览器", "com.android.browser", "", "4.1.2"),
    ),
    "ios": (
        App("京东", "com.360buy.jdmobile", "JD.com", "3.0.0", "Shopping"),
        App("Safari", "com.apple.mobilesafari", "Apple", "6.1"),
    ),
    "windows": (
        App("Microsoft Office Professional Plus 2010", "", "Microsoft Corporation", "14.0.7015"),
        App("Microsoft .NET Framework 4 Client Profile", "", "Microsoft Corporation", "4.0.30319"),
        App("Windows Internet Explorer 9", "", "Microsoft Corporation", "9.0.8112.16421"),
        App("Adobe Reader XI (11.0.04)", "", "Adobe Systems Incorporated", "11.0.04"),
        App("Microsoft Security Essentials", "", "Microsoft Corporation", "4.3.219.0"),
        App("7-Zip 9.20 (x64 edition)", "", "Igor Pavlov", "9.20.00.0"),
    ),
    "macos": (
        App("Safari", "com.apple.Safari", "Apple", "6.0.5"),
        App("Microsoft Word", "com.microsoft.Word", "Microsoft Corporation", "14.3.7"),
        App("Microsoft Excel", "com.microsoft.Excel", "Microsoft Corporation", "14.3.7"),
        App("Keynote", "com.apple.iWork.Keynote", "Apple", "5.3"),
    ),
}

MORE: dict[str, tuple[App, ...]] = {
    "android": (
        App("支付宝", "com.eg.android.AlipayGphone", "", "7.6.0", "Finance"),
        App("高德地图", "com.autonavi.minimap", "", "6.3.0", "Navigation"),
        App("百度地图", "com.baidu.BaiduMap", "", "5.4.2", "Navigation"),
        App("QQ音乐", "com.tencent.qqmusic", "", "3.0.1", "Music"),
        App("QQ邮箱", "com.tencent.androidqqmail", "", "3.0.5", "Productivity"),
        App("新浪微博", "com.sina.weibo", "", "4.0.1", "Social"),
        App("优酷", "com.youku.phone", "", "3.1.2", "Video"),
        App("搜狗输入法", "com.sohu.inputmethod.sogou", "", "5.0.0", "Tools"),
        App("UC浏览器", "com.UCMobile", "", "9.2.3", "Communication"),
        App("墨迹天气", "com.moji.mjweather", "", "3.12.02", "Weather"),
        App("美图秀秀", "com.mt.mtxx.mtxx", "", "2.3.0", "Photography"),
        App("大众点评", "com.dianping.v1", "", "6.0", "Lifestyle"),
        App("WPS Office", "cn.wps.moffice_eng", "", "5.7", "Productivity"),
    ),
    "ios": (
        App("支付宝", "com.alipay.iphoneclient", "Alipay", "7.6.0", "Finance"),
        App("高德地图", "com.autonavi.amap", "AutoNavi", "6.3.0", "Navigation"),
        App("QQ音乐", "com.tencent.QQMusic", "Tencent", "3.0.0", "Music"),
        App("微博", "com.sina.weibo", "Sina", "4.0.0", "Social Networking"),
        App("优酷", "com.youku.YouKu", "Youku", "3.0", "Entertainment"),
        App("百度", "com.baidu.BaiduMobile", "Baidu", "4.8", "Utilities"),
        App("Evernote", "com.evernote.iPhone.Evernote", "Evernote", "7.0.1", "Productivity"),
        App("Dropbox", "com.getdropbox.Dropbox", "Dropbox, Inc.", "2.4.2", "Productivity"),
    ),
    "windows": (
        App("Google Chrome", "", "Google Inc.", "29.0.1547.76"),
        App("Mozilla Firefox 24.0 (x86 zh-CN)", "", "Mozilla", "24.0"),
        App("搜狗拼音输入法 6.7正式版", "", "Sogou.com", "6.7.0.0329"),
        App("WPS Office 2013 (9.1.0.4246)", "", "Kingsoft Corp.", "9.1.0.4246"),
        App("360安全卫士", "", "360安全中心", "9.2.0.2002"),
        App("QQ音乐", "", "腾讯科技(深圳)有限公司", "9.0.2315"),
        App("Foxmail", "", "腾讯科技(深圳)有限公司", "7.1.3.48"),
        App("迅雷7", "", "迅雷网络技术有限公司", "7.9.10.4572"),
        App("暴风影音5", "", "北京暴风科技股份有限公司", "5.26.0914"),
        App("WinRAR 5.00 (64-bit)", "", "win.rar GmbH", "5.00.0"),
        App("Notepad++", "", "Notepad++ Team", "6.4.5"),
        App("VLC media player 2.0.8", "", "VideoLAN", "2.0.8"),
        App("TortoiseSVN 1.8.2.24708 (64 bit)", "", "TortoiseSVN", "1.8.24708"),
        App("PuTTY version 0.63", "", "Simon Tatham", "0.63"),
        App("Java 7 Update 40 (64-bit)", "", "Oracle", "7.0.400"),
        App("SAP GUI for Windows 7.30", "", "SAP AG", "7.30"),
        App("Microsoft Visio Professional 2010", "", "Microsoft Corporation", "14.0.7015"),
        App("HP LaserJet Professional P1100-P1560", "", "Hewlett-Packard", "4.0"),
        App("Intel(R) Processor Graphics", "", "Intel Corporation", "9.17.10.2932"),
        App("Synaptics Pointing Device Driver", "", "Synaptics Incorporated", "16.2.10.5"),
        App("Realtek High Definition Audio Driver", "", "Realtek Semiconductor Corp.", "6.0.1"),
        App("Microsoft Visual C++ 2010  x64 Redistributable - 10.0.40219", "",
            "Microsoft Corporation", "10.0.40219"),
    ),
    "macos": (
        App("Google Chrome", "com.google.Chrome", "Google Inc.", "29.0.1547.76"),
        App("Firefox", "org.mozilla.firefox", "Mozilla", "24.0"),
        App("Evernote", "com.evernote.Evernote", "Evernote", "5.3.0"),
        App("VLC", "org.videolan.vlc", "VideoLAN", "2.0.8"),
        App("Xcode", "com.apple.dt.Xcode", "Apple", "5.0"),
        App("Sublime Text 2", "com.sublimetext.2", "Sublime HQ", "2.0.2"),
        App("The Unarchiver", "cx.c3.theunarchiver", "Dag Agren", "3.6.1"),
    ),
}  # fmt: skip

DEBIAN = (
    "adduser", "apt", "base-files", "bash", "ca-certificates", "coreutils", "curl", "dpkg",
    "e2fsprogs", "emacs23", "evince", "findutils", "gcc-4.7", "git", "gnome-terminal", "grep",
    "gzip", "iceweasel", "libc6", "libreoffice-writer", "make", "man-db", "mysql-client-5.5",
    "nginx", "openjdk-7-jdk", "openssh-client", "perl", "postfix", "procps", "python2.7", "rsync",
    "sed", "subversion", "sudo", "tar", "tmux", "util-linux", "vim", "wget", "xterm", "zlib1g",
)  # fmt: skip
