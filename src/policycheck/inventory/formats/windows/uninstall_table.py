r"""Tables of Windows programs: what PowerShell's Export-Csv, WMIC and ConfigMgr's views give.

Scripts choose their columns, so only the properties' own names are trusted. Some add the name of
the computer; the others leave it to `--device`. Neither registry nor ConfigMgr's view shows what
came from the Store, so the list counts as `managed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.scanning import scan_tables
from policycheck.inventory.staging.table import Relation, Shape

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "windows-programs"
SOURCE = "windows-registry"
TITLE = "Windows programs (PowerShell Export-Csv, WMIC, Configuration Manager, CSV)"
LOOKS_FOR = (
    "a table with DisplayName and DisplayVersion or UninstallString; with DisplayName0 and"
    " Version0, or ProductName0 and ProductVersion0; with PackageFamilyName; or with Name,"
    " Version and Vendor beside PSComputerName or Node"
)
FACTS = Facts(
    forms="table",
    reports="state",
    names_device="some",
    listing="app=managed",
    says="user_id managed identifier name version publisher path",
    identifiers="msix_pfn win_uninstall_key",
)

_COMPUTER = (
    "pscomputername", "computername", "computer", "hostname", "machinename", "systemname",
    "node", "name0", "netbios_name0", "machine_name0", "resourceid",
)  # fmt: skip
_CONFIGMGR = ("displayname0", "arpdisplayname0", "productname0")
_ITEM = {
    "name": ("displayname", "displayname0", "arpdisplayname0"),
    "version": ("displayversion", "version0", "productversion0", "version"),
    "publisher": ("publisher", "publisher0", "vendor"),
    "identifier": ("packagefamilyname", "pschildname", "prodid0", "identifyingnumber"),
    "path": ("installlocation",),
    "installed_at": ("installdate", "installdate0"),
}
_PROPERTIES = tuple(
    frozenset(names.split())
    for names in (
        "displayname displayversion", "displayname uninstallstring", "displayname0 version0",
        "productname0 productversion0", "packagefamilyname packagefullname name",
        "pscomputername name vendor version", "node name version", "providername name version",
    )
)  # fmt: skip
"""Any of these together: an Uninstall key's, ConfigMgr's views', Get-AppxPackage's, Win32_Product's
through PowerShell and through WMIC, Get-Package's."""
_COUNTS = ("count", "count0", "computercount", "installcount", "numberofcomputers", "instances")
_NAME = "CASE WHEN NOT regexp_full_match({0}, '\\$\\{{\\{{.*\\}}\\}}') THEN {0} END"
_DAY = (
    "CASE WHEN regexp_full_match({0}, '\\d{{8}}') THEN"
    " {0}[1:4] || '-' || {0}[5:6] || '-' || {0}[7:8] END"
)
_SOUND = "CAST(NULL AS VARCHAR)"
_DEVICE = "CAST($device AS VARCHAR)"


def claims(head: Head) -> bool:
    """Claim tables with the properties of programs, however many of them."""
    names = {name.lower() for name in head.columns}
    return any(properties <= names for properties in _PROPERTIES)


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every table; those without a computer's name are about the device that is named."""
    named = [source for source in sources if _find_computer(source.head)]
    scan_tables(named, staging, _Shaper(""))
    unnamed, device = [], ""
    for source in sources:
        if source in named:
            continue
        try:
            _check_names(source.head)
            device = staging.name_device(source).get("device_id", "")
            unnamed.append(source)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)
    scan_tables(unnamed, staging, _Shaper(device))


def _check_names(head: Head) -> None:
    """Check that a table without computers is about one of them.

    Raises:
        UnreadableError: where it counts computers.
    """
    if count := next((name for name in head.columns if name.lower() in _COUNTS), ""):
        raise UnreadableError(
            f"counts computers in its column {count!r} and names none",
            "export the rows behind it, with the computer's name",
        )


class _Shaper:
    """Makes the shape of a table, which may be about a device that it does not name."""

    def __init__(self, device: str) -> None:
        self._device = device

    def __call__(self, head: Head, relation: Relation) -> tuple[Relation, Shape]:
        item = _read_items(head)
        user = _find(head, ("username0", "lastusername0"))
        serial = _find(head, ("serialnumber0",))
        device = {"platform": "'windows'", "listing": "'app=managed'"}
        device |= {"user_id": user} if user else {}
        device |= {"serial": serial} if serial else {}
        if _find(head, _CONFIGMGR):
            device |= {"source": "'configmgr'", "managed": "'true'"}
            resource = _find(head, ("resourceid",))
            device |= {"device_id": resource} if resource else {}
        computer = _find_computer(head)
        if computer:
            names = f"CASE WHEN trim({computer}) <> '' THEN trim({computer}) END"
            if computer != _find(head, ("resourceid",)):
                device["name"] = names
            fault = f"CASE WHEN {names} IS NULL THEN 'no computer name' END"
            bare = _tell_bare(head, item)
            return relation, Shape(names, device, item, faults=(fault,), bare=bare)
        parameters = {**relation.parameters, "device": self._device}
        device["device_id"] = f"nullif({_DEVICE}, '')"
        ref = f"coalesce(nullif({_DEVICE}, ''), '?')"
        relation = Relation(relation.sql, parameters, relation.numbered)
        return relation, Shape(ref, device, item, faults=(_SOUND,), bare=_tell_bare(head, item))


def _find(head: Head, names: Sequence[str]) -> str:
    """Return the SQL of the first of these columns that the table has; "" without any."""
    at = {name.lower(): f"c{number}" for number, name in enumerate(head.columns)}
    return next((at[name] for name in names if name in at), "")


def _find_computer(head: Head) -> str:
    """Return the SQL of the column that names a computer; a package has a ResourceId, too."""
    names = _COMPUTER[:-1] if _find(head, ("packagefamilyname",)) else _COMPUTER
    return _find(head, names)


def _read_items(head: Head) -> dict[str, str]:
    found = {ours: _find(head, theirs) for ours, theirs in _ITEM.items()}
    found["name"] = found["name"] or _find(head, ("productname0", "name"))
    item = {name: column for name, column in found.items() if column}
    item["name"] = _NAME.format(f"trim({item['name']})")
    item["name"] = f"nullif({item['name']}, '')"
    product = _find(head, ("productname0",))
    if product and product != found["name"]:
        item["name"] = f"coalesce({item['name']}, nullif(trim({product}), ''))"
    if "installed_at" in item:
        item["installed_at"] = _DAY.format(item["installed_at"])
    if "identifier" in item:
        item["identifier"] = f"nullif(trim({item['identifier']}), '')"
        kind = "msix_pfn" if _find(head, ("packagefamilyname",)) else "win_uninstall_key"
        item["identifier_type"] = f"CASE WHEN {item['identifier']} IS NOT NULL THEN '{kind}' END"
    return item


def _tell_bare(head: Head, item: dict[str, str]) -> str:
    """Tell the keys of updates and components, which name no program, and what is absent.

    Win32_Product's InstallState is 1 where a program is advertised only, 2 where it is absent.
    """
    nameless = f"coalesce({item['name']}, {item.get('identifier', 'NULL')}, NULL) IS NULL"
    state = _find(head, ("installstate",))
    return f"({nameless} OR coalesce({state} IN ('1', '2'), false))" if state else nameless
