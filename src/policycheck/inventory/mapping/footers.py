"""Rows of a table that tell of no device: sums below the records, and who exported them, and when.

They are refused as records, with a reason, and are never dropped in silence: a device may be
called anything. The words are those of exports and spreadsheets in the languages of our headers.
"""

from __future__ import annotations

from collections.abc import Sequence

from policycheck.inventory.staging.columns import quote_text

_SUM = (
    r"((grand )?totals?|sub ?totals?|sum|gesamt|summe|итого"
    r"|合计|总计|小计|汇总|合計|總計|小計|总数|總數)"
    r"\s*[:：]?\s*\d*"
)
_LABEL = (
    "(导出|匯出|汇出|下载|打印|列印|制表|製表|统计|統計|生成|产生|操作|查询|报表|報表|数据|資料|更新)"
    "(人|人员|人員|者|员|用户|账号|时间|時間|日期|单位|部门|条件|范围|来源|來源)"
    "|((data|report|list) )?(exported|generated|created|printed|downloaded|produced|prepared)"
    "( (by|on|at|from|date|time))?"
    "|(export|report|generation|print) (date|time|name|id|period|generated)"
    "|total (records|rows|devices|computers|count|items|number of [a-z]+)"
    "|(records|rows|devices|computers) (exported|found|listed)"
    "|(exportiert|erstellt|gedruckt|exporté|généré|créé|imprimé)( (von|am|par|le))?"
)
"""What stands before a colon below a list; no device is called so."""
_REMARK = (
    "((data|report|list) )?(exported|generated|created|printed|downloaded) (by|on|at|from) .+"
    "|end of .+|(---+|===+|[*][*][*]+).*|total (records|rows|devices|computers)? ?[0-9]+"
    "|[0-9]+ (records?|rows?|devices?|computers?|items?|entr(y|ies))"
    "( (in total|exported|found|listed|total))?"
    "|(总?共|總?共|合计|合計|总计|總計)[计計有为為:：]? *[0-9,]+ *"
    "(条|條|台|个|個|项|項|页|頁|部|行).*"
    "|(备注|備註|说明|說明|注|notes?|remarks?|disclaimer|filters?( applied)?) *[:：].*"
    "|第 *[0-9]+ *[页頁].*|page [0-9]+( (of|/) [0-9]+)?|(©|[(]c[)]|copyright) .*"
    "|((strictly )?confidential|for internal use only|内部资料|內部資料|机密)([ .,，。].*)?"
    "|[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?"
)
"""What stands alone in its row below a list, or between its pages."""


def find_footer(ref: str, first: str, identities: Sequence[str], cells: Sequence[str]) -> str:
    """Return the SQL of the reason against a row that tells of no device.

    Args:
        ref: The SQL of what names its device.
        first: The SQL of the first column where nothing reads it, else NULL.
        identities: The SQL of each text that might name the device.
        cells: The SQL of each cell that is read.
    """
    total, remark = "'a row of totals is no device: '", "'a remark below a list is no device: '"
    named = f"{_count(identities)} = 1"
    return (
        f"CASE WHEN {named} AND {_is(ref, _SUM)} THEN {total} || left({ref}, 60)"
        f" WHEN {named} AND {_is(first, _SUM)} AND {_is(ref, '[0-9,.]+')}"
        f" THEN {total} || left({first}, 60)"
        f" WHEN {_is_label(ref)} THEN {remark} || left({ref}, 60)"
        f" WHEN {_count(cells)} <> 1 THEN NULL"
        f" WHEN {_is_label(first)} THEN {remark} || left({first}, 60)"
        f" WHEN {_is(ref, _REMARK)} THEN {remark} || left({ref}, 60) END"
    )


def _is_label(text: str) -> str:
    """Say that a text begins with a label and a colon; few texts have a colon at all."""
    colon = f"(contains({text}, ':') OR contains({text}, '：'))"
    return f"{colon} AND {_is(text, f'({_LABEL}) *[:：].*')}"


def _is(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {quote_text(pattern)}, 'is')"


def _count(texts: Sequence[str]) -> str:
    return f"({' + '.join(f'({text} IS NOT NULL)::INTEGER' for text in texts)})"
