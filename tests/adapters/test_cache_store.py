"""The cache on disk: whole or absent, authentic or passed over, bounded, and never the end of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.cache_store import CacheStore, Sealing
from gitops_action.adapters.sealing import BrokenSeal, Checksum, Sealer

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0123456789abcdef" * 2
_SEALINGS = [Sealer(KEY), Checksum()]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".gitignore")


@pytest.mark.parametrize("sealing", _SEALINGS)
def test_what_was_put_is_what_is_got_by_its_name_only(tmp_path: Path, sealing: Sealing) -> None:
    store = CacheStore(tmp_path, sealing)
    name, other = store.name(b"web"), store.name(b"shop")
    assert store.get(name) is None
    store.put(name, b"manifests")
    assert (store.get(name), store.get(other), store.problems) == (b"manifests", None, ())
    store.drop(name)
    assert store.get(name) is None


@pytest.mark.parametrize("sealing", _SEALINGS)
def test_an_entry_in_the_place_of_another_is_refused(tmp_path: Path, sealing: Sealing) -> None:
    store = CacheStore(tmp_path, sealing)
    one, other = store.name(b"web"), store.name(b"shop")
    store.put(one, b"of web")
    store.put(other, b"of shop")
    store._path(one).replace(store._path(other))
    assert store.get(other) is None
    assert len(store.problems) == 1


@pytest.mark.parametrize("sealing", _SEALINGS)
def test_one_changed_byte_anywhere_is_noticed(sealing: Sealing) -> None:
    sealed = sealing.seal(b"manifests of web", "name")
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 1
        with pytest.raises(BrokenSeal):
            sealing.open(bytes(broken), "name")
    for length in range(len(sealed)):
        with pytest.raises(BrokenSeal):
            sealing.open(sealed[:length], "name")


def test_without_the_key_nobody_makes_an_entry_reads_one_or_knows_its_name() -> None:
    mine, theirs = Sealer(KEY), Sealer(KEY[::-1])
    assert mine.name(b"web") != theirs.name(b"web")
    with pytest.raises(BrokenSeal):
        mine.open(theirs.seal(b"planted", "name"), "name")
    assert b"manifests" not in mine.seal(b"manifests", "name")


def test_a_damaged_entry_is_a_problem_said_once_and_replaced(tmp_path: Path) -> None:
    store = CacheStore(tmp_path, Sealer(KEY))
    names = [store.name(text) for text in (b"web", b"shop")]
    for name in names:
        store.put(name, b"manifests")
        store._path(name).write_bytes(b"torn")
        assert store.get(name) is None
    assert store.problems == (
        "an entry is damaged or not ours (not sealed by this `cache-key`): its application is rendered again",
    )
    store.put(names[0], b"again")
    assert store.get(names[0]) == b"again"


def test_a_folder_that_cannot_be_written_is_a_problem_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = CacheStore(tmp_path / "file", Checksum())
    store.put(store.name(b"web"), b"manifests")
    assert store.get(store.name(b"web")) is None
    assert "it cannot be written (Not a directory)" in store.problems


def test_a_full_disk_is_a_problem_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys, pathlib\n"
        "from gitops_action.adapters.cache_store import CacheStore\n"
        "from gitops_action.adapters.sealing import Checksum\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = CacheStore(pathlib.Path(sys.argv[1]), Checksum())\n"
        "store.put(store.name(b'small'), b'x')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "store.put(store.name(b'large'), b'x' * 100_000)\n"
        "print(store.problems, store.get(store.name(b'large')), store.get(store.name(b'small')))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout == "('it cannot be written (File too large)',) None b'x'\n"
    assert len(_files(tmp_path)) == 1


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "manifests-1").symlink_to(tmp_path / "elsewhere")
    store = CacheStore(tmp_path / "cache", Checksum())
    store.put(store.name(b"web"), b"manifests")
    assert _files(tmp_path / "elsewhere") == []
    assert store.problems == ("it cannot be written (a link stands where a folder was expected)",)


def test_what_was_used_least_goes_first_and_the_size_stays_bounded(tmp_path: Path) -> None:
    store = CacheStore(tmp_path, Checksum(), limit=10_000)
    names = [store.name(str(number).encode()) for number in range(20)]
    for age, name in zip(range(20, 0, -1), names, strict=True):
        store.put(name, b"x" * 968)
        moment = time.time() - age * 7200
        os.utime(store._path(name), (moment, moment))
    store.get(names[0])  # used now, though written first
    store.trim()
    assert [bool(store.get(name)) for name in names] == [True] + [False] * 11 + [True] * 8


def test_what_a_killed_run_left_half_written_is_removed_by_a_later_one(tmp_path: Path) -> None:
    store = CacheStore(tmp_path, Checksum())
    store.put(store.name(b"web"), b"manifests")
    folder = store._path(store.name(b"web")).parent
    old, young = folder / ".new-1-1", folder / ".new-2-2"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    store.trim()
    assert (old.exists(), young.exists()) == (False, True)


def test_many_writers_of_one_entry_never_show_half_of_it(tmp_path: Path) -> None:
    contents = [bytes([65 + number]) * 100_000 for number in range(8)]
    stores = [CacheStore(tmp_path, Checksum()) for _ in contents]
    name = stores[0].name(b"web")

    def work(number: int) -> set[bytes | None]:
        seen = set()
        for _ in range(20):
            stores[number].put(name, contents[number])
            seen.add(stores[number].get(name))
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = set().union(*pool.map(work, range(8)))
    assert seen <= set(contents)
    assert all(store.problems == () for store in stores)


def test_a_run_that_is_killed_while_it_writes_leaves_a_cache_that_can_be_used(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from gitops_action.adapters.cache_store import CacheStore\n"
        "from gitops_action.adapters.sealing import Checksum\n"
        "store = CacheStore(pathlib.Path(sys.argv[1]), Checksum())\n"
        "for number in range(1_000_000):\n"
        "    store.put(store.name(str(number % 50).encode()), bytes([number % 251]) * 50_000)\n"
        "    print(number, flush=True)\n"
    )
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
            assert process.stdout
            for _ in range(60):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
    store = CacheStore(tmp_path, Checksum())
    found = [store.get(store.name(str(number).encode())) for number in range(50)]
    assert all(content and len(content) == 50_000 and len(set(content)) == 1 for content in found)
    assert store.problems == ()
