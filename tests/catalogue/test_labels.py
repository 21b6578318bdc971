"""The floor under recognition: what `benchmarks/recognition_quality.py` measures, held."""

import runpy
from collections import Counter
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "recognition_quality.py"
QUALITY = runpy.run_path(str(BENCHMARK))
TOLD = QUALITY["answers"]()
LANGUAGES = {"en", "zh", "ja", "ko", "ru", "de", "fr", "es", "ar"}


def test_the_labels_are_as_many_and_as_mixed_as_they_should_be():
    languages = Counter(each.row["language"] for each in TOLD)
    assert len(TOLD) >= 400
    assert set(languages) == LANGUAGES
    assert min(languages.values()) >= 10
    assert 1 / 3 <= sum(not each.label for each in TOLD) / len(TOLD) <= 1 / 2


def test_a_label_says_one_thing():
    rows = [tuple(value for value in each.row.values()) for each in TOLD]
    assert len(set(rows)) == len(rows)
    for each in TOLD:
        assert each.row["class"] in ("exact", "likely", "possible", "none")
        assert bool(each.label) == (each.row["class"] != "none")


def test_recognition_keeps_its_floor():
    quality = QUALITY["measure"](TOLD)
    assert quality.precision >= 0.99
    assert quality.recall >= 0.95
    assert quality.sure_recall >= 0.95
    assert quality.suspicions <= 0.05
