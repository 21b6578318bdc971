"""Fuzz the readers with atheris (coverage-guided): `pip install atheris`, then run this script.

    nice -n 19 python tests/fuzz/fuzz_readers.py --seconds 120 [READER ...]

Each reader runs in a process of its own, one after the other, from its example files as seeds. A
line for each says how many inputs it got, and how many of them it took for its own. What raised
anything lies under `--found` with the batch that it stood in. Ends with 1 if anything was found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

TESTS = Path(__file__).parents[1]
_LONGEST = 64 * 1024
_MEMORY = 2048


def main(words: Sequence[str]) -> int:
    """Fuzz all readers, or those that are named; with --one, in this process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("readers", nargs="*", metavar="READER")
    parser.add_argument("--seconds", type=int, default=120, help="for each reader")
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"), help="for what it finds")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    if asked.one:
        _fuzz(asked.readers[0], asked.seconds, asked.found)
    codes = [
        subprocess.run([sys.executable, __file__, "--one", *_options(asked), reader], check=False)
        for reader in asked.readers or _names()
    ]
    return int(any(done.returncode for done in codes))


def _options(asked: argparse.Namespace) -> list[str]:
    return ["--seconds", str(asked.seconds), "--found", str(asked.found)]


def _names() -> list[str]:
    from policycheck.inventory.detect import READERS

    return [reader.NAME for reader in READERS]


def _fuzz(name: str, seconds: int, found: Path) -> None:
    """Fuzz one reader; does not return, for libFuzzer ends the process."""
    import atheris

    sys.path[:0] = [str(TESTS), str(TESTS / "fuzz")]
    with atheris.instrument_imports(include=["policycheck.inventory"]):
        from feeding import Feeder
        from mutations import mutate

        from policycheck.inventory.detect import READERS
        from report_examples import list_seeds
    place = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    corpus, kept = place / "corpus", found / name
    corpus.mkdir()
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(list_seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    feeder = Feeder(next(reader for reader in READERS if name == reader.NAME), place)

    def try_input(content: bytes) -> None:
        try:
            feeder.feed(content)
        except BaseException:
            _tell(name, feeder.inputs, feeder.claimed, "FOUND SOMETHING")
            for number, fed in enumerate(feeder.batch):
                (kept / f"batch-{number:03}").write_bytes(fed)
            raise
        if feeder.inputs % 500 == 0:
            _tell(name, feeder.inputs, feeder.claimed, "so far")

    def change(content: bytes, longest: int, seed: int) -> bytes:
        if seed % 2:
            return atheris.Mutate(content, longest)
        return mutate(content, Random(seed))[:longest]

    options = [
        f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-rss_limit_mb={_MEMORY}",
        "-timeout=60", "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={kept}/",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], try_input, custom_mutator=change)
    atheris.Fuzz()


def _tell(name: str, inputs: int, claimed: int, how: str) -> None:
    sys.stdout.write(f"{name}: {inputs:,} inputs, {claimed:,} claimed, {how}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
