"""The end state of a run as one unified diff of bytes that `git apply` takes with the root as current directory.

git reads two dialects. With a `diff --git` line, names count from the top of the repository: right at its top and
outside any, but below the top `git apply` silently passes such files by. Without it, names count from the current
directory, modes can't be written, and git guesses how much of a name to strip where it begins like the folder it is
called in. So: the git dialect where the root is the top of its repository or lies in none; below the top the plain
dialect for contents, and the git dialect with names from the top for what the plain one can't say.

A hunk's context stops short of a line that holds a secret, except for the one line after an edit, without which git
takes the hunk for the file's end.

May import outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from stackfix.outcome import Change

CONTEXT = 3
_SLOW = 4000  # lines; past this the matcher may take frequent lines for noise, which costs nothing but a larger hunk


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `old_start:old_end` (from 0) of the old file that become `new_start:new_end` of the new one."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """Blocks that are shown together, with `before` lines of context above the first and `after` below the last."""

    blocks: tuple[Block, ...]
    before: int
    after: int


def render(changes: Iterable[Change], is_secret_line: Callable[[str, bytes], bool], *, prefix: str = "") -> bytes:
    """The whole patch, empty where nothing changes.

    `prefix` is the root's path from the top of the git repository around it, with `/` at its end; "" at the top, or
    where there is none.
    """
    plain: list[bytes] = []
    git: list[bytes] = []
    for change in sorted(changes, key=lambda c: c.path):
        if change.before == change.after and change.executable is None:
            continue
        if _needs_git(change, prefix):
            git.append(_git(change, is_secret_line, prefix))
        else:
            plain.append(_plain(change, is_secret_line, prefix))
    return b"".join(plain) + b"".join(git)


def blocks(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Block, ...]:
    """Where two files' lines differ, in order; the lines that both begin and end with are looked at once."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = old[start : len(old) - tail], new[start : len(new) - tail]
    from difflib import SequenceMatcher  # noqa: PLC0415 - a run that finds nothing compares nothing

    matcher = SequenceMatcher(None, *middle, autojunk=len(middle[0]) > _SLOW)
    return tuple(
        Block(start + a, start + b, start + c, start + d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    )


def hunks(old: Sequence[bytes], found: Iterable[Block], is_secret: Callable[[bytes], bool]) -> Iterator[Hunk]:
    """Blocks whose context touches go together."""
    open_hunk: Hunk | None = None
    floor = 0
    for block in found:
        before = _reach(old, range(block.old_start - 1, floor - 1, -1), is_secret)
        if open_hunk is not None:
            last = open_hunk.blocks[-1].old_end
            if last + open_hunk.after >= block.old_start - before:
                joined = (*open_hunk.blocks, block)
                open_hunk = Hunk(joined, open_hunk.before, _after(old, block, is_secret))
                floor = block.old_end
                continue
            yield open_hunk
        open_hunk = Hunk((block,), before, _after(old, block, is_secret))
        floor = block.old_end
    if open_hunk is not None:
        yield open_hunk


def lines(data: bytes) -> list[bytes]:
    """A file's lines as git counts them: each with its LF, the last one perhaps without."""
    found = data.split(b"\n")
    last = found.pop()
    return [line + b"\n" for line in found] + ([last] if last else [])


def quoted(name: bytes) -> bytes:
    """A path as git writes it: in double quotes with octal escapes where it holds anything unusual."""
    if _PLAIN.issuperset(name):
        return name
    return b'"' + b"".join(_ESCAPES.get(byte) or b"\\%03o" % byte for byte in name) + b'"'


_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\')
_ESCAPES = {
    **{byte: bytes([byte]) for byte in _PLAIN},
    7: b"\\a",
    8: b"\\b",
    9: b"\\t",
    10: b"\\n",
    11: b"\\v",
    12: b"\\f",
    13: b"\\r",
    34: b'\\"',
    92: b"\\\\",
}


def _reach(old: Sequence[bytes], indices: Iterable[int], is_secret: Callable[[bytes], bool]) -> int:
    """How many lines of context may be shown, going away from the edit."""
    count = 0
    for index in indices:
        if count == CONTEXT or is_secret(old[index]):
            break
        count += 1
    return count


def _after(old: Sequence[bytes], block: Block, is_secret: Callable[[bytes], bool]) -> int:
    """The context below: the first line whatever it holds, since a hunk without it would have to end the file."""
    if block.old_end >= len(old):
        return 0
    if is_secret(old[block.old_end]):
        return 1
    return 1 + min(CONTEXT - 1, _reach(old, range(block.old_end + 1, len(old)), is_secret))


def _needs_git(change: Change, prefix: str) -> bool:
    if not prefix or change.executable is not None:
        return True
    if not change.before and not change.after:
        return True
    return prefix.count("/") > 1 and change.path.startswith(prefix)


def _plain(change: Change, is_secret_line: Callable[[str, bytes], bool], prefix: str) -> bytes:
    """A file's change in names from the current directory."""
    # git would strip the folder's own name twice from a/<folder>/…; named so, it strips it once.
    ours = change.path.startswith(prefix)
    old, new = (_bytes(prefix[:-1]), _bytes(prefix[:-1])) if ours else (b"a", b"b")
    return _heads(change, old, new, b"") + _body(change, is_secret_line)


def _git(change: Change, is_secret_line: Callable[[str, bytes], bool], prefix: str) -> bytes:
    """A file's change with its modes, in names from the top of the repository."""
    name = _bytes(prefix + change.path)
    parts = [b"diff --git ", quoted(b"a/" + name), b" ", quoted(b"b/" + name), b"\n"]
    if change.before is None:
        parts.append(b"new file mode 100755\n" if change.executable else b"new file mode 100644\n")
    elif change.after is None:
        parts.append(b"deleted file mode 100644\n")
    elif change.executable is not None:
        modes = (b"100644", b"100755") if change.executable else (b"100755", b"100644")
        parts.append(b"old mode %s\nnew mode %s\n" % modes)
    if change.before != change.after and (change.before or change.after):
        parts += [_heads(change, b"a", b"b", _bytes(prefix)), _body(change, is_secret_line)]
    return b"".join(parts)


def _heads(change: Change, old: bytes, new: bytes, prefix: bytes) -> bytes:
    name = prefix + _bytes(change.path)
    # A tab ends a name that holds a space.
    end = b"\t\n" if b" " in name else b"\n"
    first = b"/dev/null\n" if change.before is None else quoted(old + b"/" + name) + end
    second = b"/dev/null\n" if change.after is None else quoted(new + b"/" + name) + end
    return b"--- " + first + b"+++ " + second


def _body(change: Change, is_secret_line: Callable[[str, bytes], bool]) -> bytes:
    old, new = lines(change.before or b""), lines(change.after or b"")

    def is_secret(line: bytes) -> bool:
        return is_secret_line(change.path, line)

    return b"".join(_hunk(hunk, old, new) for hunk in hunks(old, blocks(old, new), is_secret))


def _hunk(hunk: Hunk, old: Sequence[bytes], new: Sequence[bytes]) -> bytes:
    first, last = hunk.blocks[0], hunk.blocks[-1]
    top, bottom = first.old_start - hunk.before, last.old_end + hunk.after
    new_top, new_bottom = first.new_start - hunk.before, last.new_end + hunk.after
    out = [b"@@ -%s +%s @@\n" % (_range(top, bottom), _range(new_top, new_bottom))]
    at = top
    for block in hunk.blocks:
        out += [_line(b" ", line) for line in old[at : block.old_start]]
        out += [_line(b"-", line) for line in old[block.old_start : block.old_end]]
        out += [_line(b"+", line) for line in new[block.new_start : block.new_end]]
        at = block.old_end
    out += [_line(b" ", line) for line in old[at:bottom]]
    return b"".join(out)


def _range(start: int, end: int) -> bytes:
    """Lines from 1 as a hunk's head counts them: an empty range names the line before it."""
    count = end - start
    if not count and start == 1:
        return b"2,0"  # git takes "1,0" for a hunk that must stand at the file's beginning
    if count == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + 1 if count else start, count)


def _line(mark: bytes, line: bytes) -> bytes:
    return mark + line if line.endswith(b"\n") else mark + line + b"\n\\ No newline at end of file\n"


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
