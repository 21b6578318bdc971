"""Every sentence of docs/lifecycle.md is a test, and each of these tests is there."""

from __future__ import annotations

import re

import pytest
from test_docs_paths import ROOT

LEAVING, MERGING = "test_leaving.py", "test_merging.py"
LIVES, TIMELINE, FEED = "test_lives.py", "test_timeline.py", "test_feed.py"
SHOWN_BY = {
    "A violation is opened by the first audit that finds it.": (LIVES, "found"),
    "The same file again changes nothing.": (LIVES, "the same file again changes nothing"),
    "A newer report that still shows it changes nothing.": (
        LIVES, "a newer report that still shows it changes nothing",
    ),
    "Another version of the app is the same violation.": (
        LIVES, "another version of the forbidden app is the same violation",
    ),
    "Two policies on one app are two violations.": (
        LIVES, "two policies on one app are two violations",
    ),
    "Of two reports of one source in one run the newer one counts.": (
        LIVES, "two reports of one source in one run: the newer counts",
    ),
    "A late file with an older time resolves nothing.": (
        LIVES, "an older report without it does not",
    ),
    "A report of equal age is not newer.": (LIVES, "nor one of equal age"),
    "A newer report of the same source that no longer shows it resolves it.": (
        LIVES, "a newer report without it resolves",
    ),
    "A partial report does not, and neither does one that lists nothing of the kind.": (
        LIVES, "a partial one does not", "one that lists nothing does not",
    ),
    "A stale report does not.": (LIVES, "a stale one does not"),
    "Another source's report does not.": (LIVES, "another source's does not"),
    "A report that could not have told does not.": (
        LIVES, "one that could not have told does not",
        "one without the column by which it was known does not",
    ),
    "While another source shows it, nothing is resolved.": (
        LIVES, "while another source shows it, nothing is resolved",
    ),
    "Where nobody knows whether the policy applies, it stays open.": (
        LIVES, "where nobody knows whether the policy applies, it stays open",
    ),
    "`policy_changed`: the policy does not forbid it any more.": (
        LIVES, "the policy does not forbid it any more",
    ),
    "`policy_changed`: the control is gone.": (LIVES, "the control is gone"),
    "`recognition_changed`: the catalogue takes the item for something else.": (
        LIVES, "the catalogue does not take it for WeChat any more",
    ),
    "`out_of_scope`: the policy does not address the person or the device any more.": (
        LIVES, "the person is not addressed any more",
        "the policy does not address the device any more",
    ),
    "`withdrawn`: the policy was withdrawn, or its last day has passed.": (
        LIVES, "the policy was withdrawn", "the policy's last day passed",
    ),
    "What ends by the calendar is `policy_changed` as long as a report shows that it is still"
    " there.": (
        LIVES, "what it forbids by date has passed",
        "nor is that the same source showed it again since",
    ),
    "`device_left`: the device has left the fleet.": (LEAVING, "nothing more"),
    "A device has left when an operator says so, or when a complete fleet does not name it.": (
        LEAVING, "nothing more", "test_whom_a_complete_fleet_leaves_out_has_left",
    ),
    "What is demanded of a person is `device_left` when their last device has left.": (
        LEAVING, "test_what_is_demanded_of_a_person_ends_with_their_last_device",
    ),
    "`device_merged`: the device turned out to be another one, which has the like.": (
        MERGING, "test_of_two_lives_one_goes_on",
    ),
    "A policy that an audit does not judge keeps its violations as they are.": (
        LIVES, "a policy that was not judged leaves its violations alone",
    ),
    "What comes back is the same violation, reopened.": (LIVES, "what comes back is reopened"),
    "It keeps the day on which it was first seen, and what each opening was proven by is kept.": (
        LIVES, "test_what_was_resolved_and_comes_back_is_due_at_once",
        "test_what_each_opening_was_proven_by_is_kept",
    ),
    "What left the policy's scope and comes back into it is reopened.": (
        LIVES, "what left the policy and comes back into it is reopened",
    ),
    "What is reported of a device after it left brings it back, with what that report still"
    " shows.": (
        LEAVING, "a later report that shows it brings the violation back",
        "a later report without it brings only the device back",
    ),
    "What was reported of it before counts no more.": (
        LEAVING, "what was reported before it left does not bring it back",
        "a later report of another system brings it back without what was reported before",
    ),
    "A control that is renamed keeps its lives.": (LIVES, "a renamed control keeps its lives"),
    "An app that the catalogue renames keeps its lives.": (
        LIVES, "a renamed app keeps its lives",
    ),
    "The kept device has the words, the newest facts of each source and the lives of both.": (
        MERGING, "test_words_facts_and_lives_of_the_other_are_the_kept_one_s",
        "test_of_one_source_the_newer_report_counts",
    ),
    "Of two lives one goes on: first seen and due as the earlier one, open if either is.": (
        MERGING, "test_of_two_lives_one_goes_on",
        "test_what_is_open_of_the_other_is_open_of_the_kept_one",
    ),
    "Of what was reported before either left the fleet, nothing counts; it is there if either"
    " is.": (
        MERGING, "test_facts_of_before_it_left_stay_away_though_it_came_back",
        "test_what_had_left_is_there_as_the_other_one_is",
    ),
    "What the other one's reports tell of it is news to the next audit.": (
        MERGING, "test_what_the_other_one_s_reports_show_is_news",
        "test_what_either_was_not_judged_by_is_news",
    ),
    "Due is the deadline, for all.": (LIVES, "a deadline is for all"),
    "Without a deadline, due is the first sight plus the grace, or the policy's first day plus"
    " the grace.": (LIVES, "after grace", "grace counts from when the policy begins"),
    "Due is frozen at first sight.": (LIVES, "test_due_is_frozen_at_first_sight"),
    "What was resolved and comes back is due at once.": (
        LIVES, "test_what_was_resolved_and_comes_back_is_due_at_once",
    ),
    "What only left the policy's scope keeps its due date.": (
        LIVES, "test_what_only_left_the_policy_keeps_its_due_date",
    ),
    "A new holder of the device gets a due date of their own, as long as no deadline is for"
    " all.": (
        LIVES, "test_a_new_holder_has_a_due_date_of_their_own",
        "test_a_deadline_is_a_deadline_for_a_new_holder_too",
    ),
    "A report that names nobody is no new holder.": (LIVES, "a report that names nobody"),
    "The person at opening is kept.": (
        LIVES, "test_the_proof_is_that_of_the_opening_until_it_is_reopened",
    ),
    "Any moment of the past is told from events as it was seen then.": (
        TIMELINE, "test_every_moment_is_told_later_as_it_was_seen_then",
    ),
    "When a violation was last seen is not told for a moment of the past.": (
        TIMELINE, "test_when_it_was_last_seen_events_do_not_tell",
    ),
    "A bare date means that day's end in the policy's time zone.": (
        "../cli/test_changes.py", "test_a_day_is_over_at_its_end_in_the_policy_s_zone",
    ),
    "A name that was given up and is used again is another violation.": (
        TIMELINE, "test_a_name_that_is_used_again_is_another_violation",
    ),
    "The feed of events goes on from any cursor, without losing or repeating one.": (
        FEED, "test_from_any_cursor_on_nothing_is_lost_and_nothing_repeated",
    ),
    "A cursor of another store is refused.": (
        FEED, "test_a_cursor_of_another_store_is_refused",
    ),
    "A store and a model of these rules, driven together through reports, edits and waivers,"
    " agree.": ("test_life_machine.py", "test_store_and_model_agree"),
}  # fmt: skip


def test_every_sentence_is_here() -> None:
    doc = (ROOT / "docs/lifecycle.md").read_text(encoding="utf-8")
    prose = re.sub(r"```text.*?```", "", doc, flags=re.DOTALL).partition("\n## ")[2]
    sentences = [line[2:] for line in prose.splitlines() if line.startswith("- ")]
    assert sentences == list(SHOWN_BY)
    others = [line for line in prose.splitlines()[1:] if line and line[:2] not in ("- ", "##")]
    assert others == []


@pytest.mark.parametrize("sentence", SHOWN_BY)
def test_its_test_is_there(sentence: str) -> None:
    path, *names = SHOWN_BY[sentence]
    text = (ROOT / "tests/store" / path).read_text(encoding="utf-8")
    for name in names:
        told = f"def {name}(" if name.startswith("test_") else f'    "{name}": ('
        assert told in text
