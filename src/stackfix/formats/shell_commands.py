"""Shell commands: a recursive descent over lists, blocks, functions and heredocs down to simple commands."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from stackfix.formats.shell_nodes import Assignment, Block, Command, Heredoc, Redirect
from stackfix.formats.shell_words import Dynamic, Word, WordScanner, merged
from stackfix.formats.spelling import within
from stackfix.text import Text, Unreadable

ASSIGNED = re.compile(r"([A-Za-z_]\w*)(\[[^\]]*\])?\+?=", re.ASCII)
"""`NAME=`, `NAME[index]=` or `NAME+=`."""

_RESERVED = re.compile(
    r"(if|in|then|elif|else|fi|while|until|do|done|for|select|case|esac|function|time|[{}!]|\[\[)(?=[\s;&|()<>]|\\\r?\n|$)"
)
_COMPOUND = frozenset({"{", "[[", "if", "while", "until", "for", "select", "case"})
_DECLARING = frozenset({"declare", "typeset", "local", "export", "readonly", "alias", "eval", "let"})
_REDIRECT = re.compile(r"(?:\d*|\{\w+\})(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<|>)|&>>|&>")
_OPERATOR = re.compile(r"&&|\|\||\|&|;;&|;;|;&|[;&|]")
_NO_WORDS: tuple[Word, ...] = ()
_FUNCTION = re.compile(r"([\w.:-]+)[ \t]*\([ \t]*\)")
_BLANK = re.compile(r"(?:[ \t]|\\\r?\n|\r(?!\n))+")


@dataclass(slots=True)
class _Draft:
    """A command while it is read: heredocs come after its line, operators after its end."""

    start: int
    lead: str
    blocks: tuple[Block, ...]
    end: int = 0
    follow: str = ""
    words: list[Word] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    heredocs: list[Heredoc] = field(default_factory=list)


class Reader:
    """One reading of one text."""

    def __init__(self, text: Text) -> None:
        """Begin at its first character."""
        self.value = text.value
        self.scanner = WordScanner(text, self._substitution)
        self.at = 0
        self.drafts: list[_Draft] = []
        self.blocks: tuple[Block, ...] = ()
        self.pending: list[tuple[_Draft, str, str, bool]] = []

    def commands(self) -> tuple[Command, ...]:
        """All simple commands, by where they begin."""
        self._list(frozenset())
        if self.at < len(self.value):
            raise Unreadable(f"a {self.value[self.at]} that closes nothing", self.at)
        if self.pending:
            raise Unreadable("a heredoc is never closed", self.at)
        drafts = sorted(self.drafts, key=lambda d: d.start)
        return tuple(self._command(d) for d in drafts)

    def _command(self, d: _Draft) -> Command:
        text = self.scanner.slicer.slice(d.start, d.end)
        lists = tuple(d.words), tuple(d.assignments), tuple(d.redirects), tuple(d.heredocs)
        return Command(*lists, d.blocks, d.lead, d.follow, text, d.start, d.end)

    def _substitution(self, at: int) -> int:
        """Read the list inside `$(` and return the offset of its `)`."""
        before, self.at = self.at, at
        self._inside(Block("substitution", start=at), frozenset({")"}))
        end = self.at
        self._expect(")")
        self.at = before
        return end

    def _inside(self, block: Block, ends: frozenset[str]) -> None:
        outer, self.blocks = self.blocks, (*self.blocks, block)
        read = self._list(ends)
        self.blocks = outer
        if not read and block.kind not in {"substitution", "case"}:
            raise Unreadable("a block without a command", block.start)

    def _peek(self) -> str:
        return self.value[self.at : self.at + 1]

    def _reserved(self) -> str:
        match = _RESERVED.match(self.value, self.at)
        if match is None:
            return ""
        if self.value.startswith("\\", match.end()):
            # What the next line begins with may belong to the word.
            raise Unreadable("a reserved word that goes on in the next line", self.at)
        return match.group()

    def _expect(self, token: str) -> None:
        if not self.value.startswith(token, self.at):
            raise Unreadable(f"{token} is missing", min(self.at, len(self.value)))
        self.at += len(token)

    def _blank(self) -> None:
        match = _BLANK.match(self.value, self.at)
        if match:
            self.at = match.end()

    def _space(self) -> bool:
        """Skip blanks, comments and newlines; whether there was a newline."""
        newline = False
        while True:
            self._blank()
            if self._peek() == "#":
                end = self.value.find("\n", self.at)
                self.at = len(self.value) if end < 0 else end
            if self.value.startswith(("\n", "\r\n"), self.at):
                self.at = self.value.index("\n", self.at) + 1
                self._heredocs()
                newline = True
            else:
                return newline

    def _list(self, ends: frozenset[str]) -> int:
        """Read up to what ends the list; how many commands there were."""
        lead = ""
        for count in itertools.count():
            newline = self._space()
            apart = newline or lead or not count
            if newline and lead not in {"&&", "||", "|"}:
                lead = "\n" if lead or self.drafts else ""
            if self._at_end(ends):
                if lead in {"&&", "||", "|"}:
                    raise Unreadable(f"nothing follows {lead}", self.at)
                return count
            if self._peek() == ")" or _OPERATOR.match(self.value, self.at):
                raise Unreadable(f"a {self._peek()} where a command should stand", self.at)
            if not apart:
                raise Unreadable("a word after the end of a compound command", self.at)
            first = len(self.drafts)
            self._one(lead)
            lead = self._operator(first)
        return 0

    def _at_end(self, ends: frozenset[str]) -> bool:
        closes = self._peek() == ")" and ")" in ends
        if self.at >= len(self.value) or closes or self._reserved() in ends:
            return True
        return self.value.startswith((";;", ";&"), self.at) and ";;" in ends

    def _operator(self, first: int) -> str:
        """Read what follows the command, and tell those that it was made of."""
        self._blank()
        match = _OPERATOR.match(self.value, self.at)
        operator = match.group() if match else ""
        if operator.startswith(";;") or operator == ";&":
            operator = ""
        self.at += len(operator)
        operator = "|" if operator == "|&" else operator
        depth = len(self.blocks)
        for draft in self.drafts[first:]:
            if len(draft.blocks) == depth:
                draft.follow = operator
            elif operator == "&":
                draft.blocks = (*draft.blocks, Block("background", start=draft.start))
        return operator

    def _one(self, lead: str) -> None:
        """One command of any kind."""
        reserved = self._reserved()
        while reserved in {"!", "time"}:
            self.at += len(reserved)
            self._blank()
            reserved = self._reserved()
        outer = self.blocks
        if lead in {"&&", "||"} and (reserved or self._peek() == "("):
            self.blocks = (*outer, Block("and" if lead == "&&" else "or", start=self.at))
        self._compound(reserved, lead)
        self.blocks = outer

    def _compound(self, reserved: str, lead: str) -> None:
        start = self.at
        if reserved in {"if", "while", "until", "for", "select", "case", "{"}:
            self.at += len(reserved)
            self._by_keyword(reserved, start)
        elif self.value.startswith("((", start) and self.scanner.arithmetic(start):
            self.at = self.scanner.arithmetic(start) or start
        elif self._peek() == "(":
            self.at += 1
            self._inside(Block("subshell", start=start), frozenset({")"}))
            self._expect(")")
        elif reserved == "[[":
            self._test(lead)
        elif reserved == "function" or _FUNCTION.match(self.value, start):
            self._function(reserved)
        elif reserved:
            raise Unreadable(f"a {reserved} that closes nothing", start)
        else:
            self._simple(lead)
            return
        self._redirects(_Draft(start, lead, self.blocks))

    def _by_keyword(self, keyword: str, start: int) -> None:
        if keyword == "if":
            self._if(start)
        elif keyword in {"for", "select"}:
            self._for(start)
        elif keyword == "case":
            self._case(start)
        elif keyword == "{":
            self._inside(Block("group", start=start), frozenset({"}"}))
            self._expect("}")
        else:
            self._inside(Block("condition", start=start), frozenset({"do"}))
            self._body(Block("loop", start=start))

    def _body(self, block: Block) -> None:
        self._expect("do")
        self._inside(block, frozenset({"done"}))
        self._expect("done")

    def _if(self, start: int) -> None:
        while True:
            self._inside(Block("condition", start=start), frozenset({"then"}))
            self._expect("then")
            self._inside(Block("then", start=start), frozenset({"elif", "else", "fi"}))
            if self._reserved() != "elif":
                break
            self.at += len("elif")
        if self._reserved() == "else":
            self.at += len("else")
            self._inside(Block("else", start=start), frozenset({"fi"}))
        self._expect("fi")

    def _for(self, start: int) -> None:
        self._blank()
        if self.value.startswith("((", self.at):
            self.at = self.scanner.arithmetic(self.at) or len(self.value)
            name, over = "", _NO_WORDS
        else:
            name = (self._word().literal or Text.unwritten("")).value
            over = self._in_words()
        self._blank()
        if self._peek() == ";":
            self.at += 1
        self._space()
        self._body(Block("for", name, over, start))

    def _in_words(self) -> tuple[Word, ...]:
        self._space()
        if not re.match(r"in(?=[\s;]|$)", self.value[self.at : self.at + 3]):
            return ()
        self.at += 2
        found: list[Word] = []
        while True:
            self._blank()
            if self._peek() in {"", ";", "\n", "\r", "#"}:
                return tuple(found)
            found.append(self._word())

    def _case(self, start: int) -> None:
        self._blank()
        subject = self._word()
        self._space()
        self._expect("in")
        while True:
            self._space()
            if self._reserved() == "esac":
                self.at += len("esac")
                return
            patterns = self._patterns()
            self._inside(Block("case", words=(subject, *patterns), start=start), frozenset({";;", ";&", "esac"}))
            match = re.compile(r";;&|;;|;&").match(self.value, self.at)
            self.at = match.end() if match else self.at

    def _patterns(self) -> tuple[Word, ...]:
        found: list[Word] = []
        if self._peek() == "(":
            self.at += 1
        while True:
            self._blank()
            found.append(self._word())
            self._blank()
            if self._peek() != "|":
                self._expect(")")
                return tuple(found)
            self.at += 1

    def _function(self, reserved: str) -> None:
        start = self.at
        if reserved:
            self.at += len(reserved)
            self._blank()
        match = re.compile(r"([\w.:-]+)(?:[ \t]*\([ \t]*\))?").match(self.value, self.at)
        if match is None:
            raise Unreadable("a function without a name", start)
        self.at = match.end()
        self._space()
        if self._reserved() not in _COMPOUND and self._peek() != "(":
            raise Unreadable("a function without a body that bash takes", start)
        outer, self.blocks = self.blocks, (*self.blocks, Block("function", match.group(1), start=start))
        self._one("")
        self.blocks = outer

    def _test(self, lead: str) -> None:
        """`[[ … ]]`, inside which `&&`, `<` and `(` are no operators of the shell."""
        draft = _Draft(self.at, lead, self.blocks)
        while True:
            self._space()
            if self.at >= len(self.value):
                raise Unreadable("a [[ is never closed", draft.start)
            if self._peek() in set("&|<>()"):
                self.at += 1
                continue
            draft.words.append(self._word())
            if draft.words[-1].text.value == "]]":
                break
        draft.end = self.at
        self.drafts.append(draft)

    def _word(self) -> Word:
        at = self.at
        word = self.scanner.word(at)
        if word.end == at:
            raise Unreadable("a word is missing", at)
        self.at = word.end
        return word

    def _simple(self, lead: str) -> None:
        draft = _Draft(self.at, lead, self.blocks, end=self.at)
        while True:
            self._redirects(draft)
            if self._peek() in {"", "\n", "\r", ";", "&", "|", ")", "#"}:
                break
            if self.value.startswith(("<(", ">("), self.at):
                draft.words.append(self._process())
            elif not (draft.words or not self._assigned(draft)):
                pass
            else:
                draft.words.append(self._word())
                self._array_after(draft)
            draft.end = self.at
        if not (draft.words or draft.assignments or draft.redirects):
            raise Unreadable("a command is missing", self.at)
        self.drafts.append(draft)

    def _assigned(self, draft: _Draft) -> bool:
        match = ASSIGNED.match(self.value, self.at)
        if match is None:
            return False
        name = self.scanner.slicer.slice(*match.span(1))
        self.at = match.end()
        value = self._array() if self._peek() == "(" else self.scanner.word(self.at)
        if match.group(2):
            value = Word((Dynamic("array", value.text),), value.text, value.start, value.end)
        self.at = value.end
        draft.assignments.append(Assignment(name, value, "+=" in match.group()))
        return True

    def _array_after(self, draft: _Draft) -> None:
        """`declare -a A=(…)`: the parenthesis belongs to the word."""
        last = draft.words[-1]
        if self._peek() != "(":
            return
        before = {word.text.value for word in draft.words[:-1]}
        if not ASSIGNED.fullmatch(last.text.value) or not before & _DECLARING:
            raise Unreadable("a ( inside a command", self.at)
        array = self._array()
        draft.words[-1] = Word(
            (*last.parts, *array.parts), self.scanner.slicer.slice(last.start, array.end), last.start, array.end
        )

    def _array(self) -> Word:
        start = self.at
        self.at += 1
        self._space()
        while self._peek() not in {")", ""}:
            self._word()
            self._space()
        self._expect(")")
        text = self.scanner.slicer.slice(start, self.at)
        return Word((Dynamic("array", text),), text, start, self.at)

    def _process(self) -> Word:
        start = self.at
        end = self._substitution(start + 2) + 1
        self.at = end
        text = self.scanner.slicer.slice(start, end)
        return Word((Dynamic("process", text),), text, start, end)

    def _redirects(self, draft: _Draft) -> None:
        """All redirections that stand here."""
        while True:
            self._blank()
            match = _REDIRECT.match(self.value, self.at)
            if match is None or self.value.startswith(("<(", ">("), self.at):
                return
            operator = match.group()
            self.at = match.end()
            self._blank()
            if self._peek() == "#":
                raise Unreadable("a redirection to nothing", self.at)
            target = self._process() if self.value.startswith(("<(", ">("), self.at) else self._word()
            if target.text.value.isdecimal() and self._peek() in {"<", ">"}:
                raise Unreadable("a redirection to the number of another", self.at)
            draft.redirects.append(Redirect(operator, target))
            draft.end = self.at
            if operator.lstrip("0123456789") in {"<<", "<<-"}:
                delimiter = "".join(p.value if isinstance(p, Text) else p.text.value for p in target.parts)
                self.pending.append((draft, delimiter, operator, target.quoted))

    def _heredocs(self) -> None:
        """The bodies that begin here, after a newline."""
        pending, self.pending = self.pending, []
        for draft, delimiter, operator, quoted in pending:
            draft.heredocs.append(self._heredoc(delimiter, quoted, strip=operator.endswith("-")))

    def _heredoc(self, delimiter: str, quoted: bool, *, strip: bool) -> Heredoc:
        lines: list[Text] = []
        while self.at < len(self.value):
            end = self.value.find("\n", self.at) + 1 or len(self.value)
            line = self.value[self.at : end]
            begin = self.at + (len(line) - len(line.lstrip("\t")) if strip else 0)
            self.at = end
            if self.value[begin:end].rstrip("\r\n") == delimiter:
                return _heredoc(delimiter, Text.join(lines), quoted)
            lines.append(self.scanner.slicer.slice(begin, end))
        raise Unreadable(f"the heredoc {delimiter} is never closed", self.at)


def _heredoc(delimiter: str, raw: Text, quoted: bool) -> Heredoc:
    if quoted:
        return Heredoc(delimiter, raw, (within(raw, "shell:heredoc_raw"),) if raw else ())
    try:
        parts, _ = Reader(raw).scanner.parts(0, "heredoc", len(raw.value))
    except Unreadable:
        # A shell reads a body only when it runs it: the script around it stays readable.
        parts = (Dynamic("command", raw),)
    return Heredoc(delimiter, raw, merged(parts))
