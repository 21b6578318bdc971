"""What the headers of exports usually mean in German, French and Japanese; see `headers`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LOCAL: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("device", "device_id"): (
            "geräteid gerätenummer inventarnummer identifiantdelappareil iddelappareil"
            " デバイスid 端末id 端末番号 資産番号 管理番号"
        ),
        ("device", "name"): (
            "gerätename rechnername rechner gerät nomdelappareil nomdelordinateur nomduposte"
            " ordinateur poste デバイス名 端末名 コンピューター名 コンピュータ名 コンピュータ"
        ),
        ("device", "serial"): "seriennummer seriennr numérodesérie シリアル番号 製造番号",
        ("device", "platform"): (
            "betriebssystem plattform systèmedexploitation plateforme プラットフォーム os種別"
        ),
        ("device", "os_version"): (
            "betriebssystemversion versiondusystème versiondusystèmedexploitation versiondelos"
            " osバージョン"
        ),
        ("device", "form"): "gerätetyp typedappareil デバイスの種類 端末種別",
        ("device", "manufacturer"): "gerätehersteller hersteller fabricant メーカー 製造元",
        ("device", "model"): "modell gerätemodell modèle モデル 機種 機種名",
        ("device", "ownership"): "besitz besitzart eigentum propriété 所有権 所有形態 所有区分",
        ("device", "user_id"): (
            "primärerbenutzerupn upndesprimärenbenutzers upndelutilisateurprincipal"
            " プライマリユーザーupn emailadresse mailadresse adresseemail adressedemessagerie"
            " courriel メールアドレス"
            " personalnummer 社員番号 ユーザーid benutzername benutzer anwender nomdutilisateur"
            " utilisateur ユーザー名 ユーザー 利用者 使用者 氏名"
            " primärerbenutzer utilisateurprincipal プライマリユーザー"
        ),
        ("device", "reported_at"): (
            "letzterkontakt letztesynchronisierung letztesynchronisation letztercheckin"
            " letzteseinchecken zuletztgesehen zuletztonline letzteinventur dernièreconnexion"
            " derniercontact"
            " dernièresynchronisation dernierarchivage dernièrevue 最終確認日時"
            " 最終同期日時 最終接続日時"
            " 最終通信日時 最終チェックイン"
        ),
        ("item", "name"): (
            "anwendungsname anwendung softwarebezeichnung programmname programm nomdelapplication"
            " nomdulogiciel logiciel アプリ名 アプリケーション名 ソフトウェア名 アプリ"
            " ソフトウェア"
        ),
        ("item", "identifier"): (
            "paketname anwendungsid nomdupaquet nomdupackage identifiantdelapplication"
            " バンドルid パッケージ名"
        ),
        ("item", "version"): (
            "anwendungsversion programmversion versiondelapplication versiondulogiciel"
            " アプリバージョン アプリのバージョン ソフトウェアバージョン バージョン"
        ),
        ("item", "publisher"): "herausgeber éditeur 発行元 開発元 ベンダー",
        ("item", "installed_at"): (
            "installationsdatum installiertam datedinstallation インストール日 インストール日時"
        ),
        ("item", "last_used_at"): "zuletztverwendet dernièreutilisation 最終使用日",
        ("device", "attributes.department"): "abteilung département 部署 所属",
    }
)
"""Section and column -> headers, the most telling first."""
