"""Where an image builds a front end, what the code reads at build time, and what the build is given.

May import the graph's nouns, image, container and frontend.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import yaml
from stackfix.formats.dockerfile import Form
from stackfix.graph import container, environment, frontend
from stackfix.graph.build_context import Context
from stackfix.graph.frontend import Bundler
from stackfix.graph.image_files import Found
from stackfix.graph.image_steps import commands
from stackfix.graph.javascript_names import json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.dockerfile import Instruction, Stage
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Build
    from stackfix.text import Text

PREFIXES = {
    Bundler.VITE: "VITE_",
    Bundler.CREATE_REACT_APP: "REACT_APP_",
    Bundler.NEXT: "NEXT_PUBLIC_",
    Bundler.VUE_CLI: "VUE_APP_",
    Bundler.GATSBY: "GATSBY_",
    Bundler.SVELTE_KIT: "VITE_",
}
"""The bundlers that put a variable of this beginning into the code as they build, and never later."""

_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
_BUILDERS = re.compile(
    r"\b(?:vite(?:-\w+)? build|vite\s+build|react-scripts\s+build|craco\s+build|react-app-rewired\s+build|next\s+build"
    r"|vue-cli-service\s+build|gatsby\s+build)\b"
)
_LOADERS = re.compile(r"\b(?:env-cmd|dotenv(?:-cli|x)?|doppler|infisical|op run|vault)\b")
_FILES = (".env", ".env.local", ".env.production", ".env.production.local")
_CONFIGS = re.compile(r"(?:vite|next|vue|craco|webpack|gatsby|svelte|config-overrides)[\w.-]*\.(?:js|ts|mjs|cjs|mts)$")
_RUN_TIME = re.compile(r"\.(?:sh|template|tmpl|tpl)$|entrypoint|(?:^|/)(?:env|config)[\w-]*\.js$")


class Given(Enum):
    """Whether a build is given a variable."""

    YES = "given"
    NO = "not given"
    UNKNOWN = "nobody can tell"


@dataclass(frozen=True, slots=True, eq=False)
class FrontBuild:
    """One step of a Dockerfile that builds a front end. `stage` is what the step's own stage has come to."""

    build: Build
    stage: Image
    step: Instruction
    folder: str
    front: FrontEnd
    prefix: str

    @property
    def names(self) -> tuple[str, ...]:
        """The build-time variables that the code reads, by first place."""
        own = (r.name for r in self.front.reads if r.name.startswith(self.prefix))
        return tuple(dict.fromkeys(own))

    def places(self, instruction: Instruction) -> bool:
        """Whether an instruction of the stage stands before the step."""
        return instruction.start < self.step.start


def builds(graph: Graph) -> tuple[FrontBuild, ...]:
    """Every step that builds a front end whose source is in the tree, for every build whose context is known."""
    return tuple(found for made in graph.builds for found in of(graph, made.build))


def of(graph: Graph, build: Build) -> Iterator[FrontBuild]:
    """The steps of one build."""
    image = graph.image_of(build)
    if image is None:
        return
    for stage in _needed(graph, image):
        made = graph.image_of(replace(build, target=str(stage.index)))
        if made is None or made.stage is not stage:
            continue
        for step in stage.instructions:
            found = _building(graph, build, made, step) if step.name == "RUN" else None
            if found is not None:
                yield found


def _needed(graph: Graph, image: Image) -> tuple[Stage, ...]:
    """The stages that the image rests on or takes files from, in order."""
    found: dict[int, Stage] = {}
    queue = [image]
    while queue:
        one = queue.pop()
        for stage in one.chain:
            if stage.index in found:
                continue
            found[stage.index] = stage
            for copy in stage.instructions:
                flag = copy.flag("from") if copy.name in {"COPY", "ADD"} else None
                name = flag.value.value if flag is not None and flag.value is not None else None
                other = graph.image_of(replace(image.build, target=name)) if name else None
                queue.extend([other] if other is not None else [])
    return tuple(found[i] for i in sorted(found))


def _building(graph: Graph, build: Build, made: Image, step: Instruction) -> FrontBuild | None:
    if step.heredocs or step.form is not Form.SHELL:
        return None
    folder = _working_folder(made, step)
    for command in commands(step.rest.value) or ():
        words = [command.program, *command.arguments]
        if words[0] == "cd" and len(words) > 1:
            folder = posixpath.normpath(posixpath.join(folder, words[1])) if folder and "$" not in words[1] else None
            continue
        script = _script(words)
        if folder is None or script is None:
            continue
        package = made.files.before(step).lookup(posixpath.join(folder, "package.json"))
        if not isinstance(package, str):
            continue
        return _of_package(graph, build, made, step, folder, posixpath.dirname(package), script)
    return None


def _script(words: list[str]) -> str | None:
    """The script of package.json that a command runs, "" where it runs the bundler itself; None for anything else."""
    if words[0] in _MANAGERS:
        rest = [w for w in words[1:] if w not in {"run", "run-script"} and not w.startswith("-")]
        return rest[0] if len(rest) == 1 and rest[0].startswith("build") and not _elsewhere(words) else None
    if words[0] in {"npx", "bunx"}:
        words = words[1:]
    return "" if _BUILDERS.search(" ".join(words[:2])) and len(words) > 1 else None


def _elsewhere(words: list[str]) -> bool:
    return any(w.startswith(("--prefix", "-C", "--cwd", "--dir", "--filter", "-w", "--workspace")) for w in words)


def _of_package(  # noqa: PLR0913, PLR0917 - a step has that many parts
    graph: Graph, build: Build, made: Image, step: Instruction, folder: str, package: str, script: str
) -> FrontBuild | None:
    text = _script_text(graph, package, script) if script else ""
    if text is None or (script and not _BUILDERS.search(text)) or _LOADERS.search(text) or "--mode" in text:
        return None
    front = graph.library.remember(("front end", package), lambda: frontend.front_end(graph.library, package))
    prefix = PREFIXES.get(front.bundler) if front is not None else None
    if front is None or prefix is None:
        return None
    return FrontBuild(build, made, step, folder, front, prefix)


def _script_text(graph: Graph, package: str, script: str) -> str | None:
    node = yaml.get(json(graph.library, tree.join(package, "package.json")), "scripts", script)
    return node.value if isinstance(node, yaml.Scalar) else None


def _working_folder(made: Image, step: Instruction) -> str | None:
    """The folder that a step begins in, None where it isn't plain."""
    folder = made.base.working_dir if made.base is not None else "/"
    for instruction in (i for stage in made.chain for i in stage.instructions if i.start < step.start):
        if instruction.name == "WORKDIR" and instruction.words:
            word = instruction.words[0]
            if word.dollars:
                return None
            folder = posixpath.normpath(posixpath.join(folder or "/", word.value))
    return folder or "/"


# --- what the build is given -----------------------------------------------------------------------------------------


def declared(found: FrontBuild, name: str) -> tuple[Instruction, ...]:
    """The ARG and ENV instructions before the step that declare a variable, in order."""
    return tuple(
        instruction
        for stage in found.stage.chain
        for instruction in stage.instructions
        if instruction.name in {"ARG", "ENV"}
        and found.places(instruction)
        and any(pair.name.value == name for pair in instruction.pairs)
    )


def given(graph: Graph, found: FrontBuild, name: str) -> Given:
    """Whether the build step sees a variable, by ARG, ENV, a copied dotenv file or its own text."""
    if declared(found, name):
        return Given.YES
    if _mentioned(graph, found, name):
        return Given.UNKNOWN
    if found.stage.base is None or not found.stage.base.lacks:
        return Given.UNKNOWN
    values = [_by_file(graph, found, name, file) for file in _FILES]
    return next((state for state in (Given.YES, Given.UNKNOWN) if state in values), Given.NO)


def _by_file(graph: Graph, found: FrontBuild, name: str, file: str) -> Given:
    """Whether a dotenv file of the package's folder in the image gives a variable."""
    path = posixpath.join(found.folder, file)
    if _is_mounted(found, path):
        return Given.UNKNOWN
    inside = found.stage.files.before(found.step).lookup(path)
    if isinstance(inside, str):
        values = environment.variables(graph.library, inside)
        return Given.UNKNOWN if values is None else Given.YES if name in values else Given.NO
    if inside is Found.MADE and any(".env" in run.rest.value for run in found.stage.runs if found.places(run)):
        return Given.UNKNOWN
    if any(name in values for at, values in found.front.dotenv.items() if at.endswith(".env.development")):
        # Whoever develops has it from there, and needs no file of their own.
        return Given.NO
    known = {v for at, values in found.front.dotenv.items() if environment.is_example(at) for v in values}
    local = file.endswith(".local") and name not in known
    return Given.UNKNOWN if not local and _sent(graph, found, path) else Given.NO


def _is_mounted(found: FrontBuild, path: str) -> bool:
    """Whether a mount puts a file there for the step, or the step itself reads a secret that may be one."""
    for flag in found.step.flags:
        options = flag.value.value.split(",") if flag.name == "mount" and flag.value is not None else []
        given_ = {key.strip(): value.strip("\"'") for key, _, value in (option.partition("=") for option in options)}
        target = given_.get("target") or given_.get("dst") or given_.get("destination")
        if target and posixpath.normpath(posixpath.join(found.folder, target)) == path:
            return True
        secret = target or f"/run/secrets/{given_.get('id', '')}"
        if given_.get("type") == "secret" and _reads_variables(found.step.rest.value, secret):
            return True
    return False


def _reads_variables(step: str, secret: str) -> bool:
    """Whether a step sources a secret's file, exports what it says, or makes a dotenv file of it."""
    name = re.escape(secret)
    return bool(re.search(rf"(?:^|[\s;&(])(?:\.|source|export|env)\s[^;&|\n]*{name}|{name}[^;&|\n]*\.env\b", step))


def _sent(graph: Graph, found: FrontBuild, path: str) -> bool:
    """Whether a file that git ignores would be copied if somebody has it."""
    context = Context(graph.library, found.build)
    files = container.Files(graph.library, found.stage, ())
    cut = len(found.build.context) + 1 if found.build.context else 0
    return any(
        graph.library.sources.would_ignore(origin) and context.dropped(origin[cut:]) is None
        for origin in files.origins(path)
    )


def _mentioned(graph: Graph, found: FrontBuild, name: str) -> bool:
    """Whether the Dockerfile, the bundler's configuration or a script of the image speaks of a variable.

    A step may set it (`RUN X=y npm run build`), and a start script may put it in when the container starts.
    """
    own = found.stage.document
    word = _word(name)
    if any(word.search(i.text.value) for i in own.instructions if i not in own.globals):
        return True
    return put_in_later(graph, found, name)


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")


def put_in_later(graph: Graph, found: FrontBuild, name: str) -> bool:
    """Whether a command, a start script or the bundler's configuration may give a variable by other ways.

    Scripts that go through all variables of the prefix are meant as well.
    """
    word = re.compile(rf"{_word(name).pattern}|(?<![A-Za-z0-9_]){found.prefix}(?![A-Z0-9])")
    commands_ = (i for i in found.stage.document.instructions if i.name in {"CMD", "ENTRYPOINT"})
    if any(word.search(i.text.value) for i in commands_):
        return True
    library, package = graph.library, found.front.folder
    paths = [p for p in library.tree.directly_in(package) if _CONFIGS.search(p)]
    paths += [p for p in library.tree.below(found.build.context) if _RUN_TIME.search(p) and "node_modules/" not in p]
    texts = (library.text(p) for p in paths)
    return any(text is not None and word.search(text.value) for text in texts)


def baked(graph: Graph, found: FrontBuild, name: str) -> Text | Given | None:
    """What the build puts in for a variable: its value, None where nothing gives one, UNKNOWN where nobody can tell."""
    instructions = declared(found, name)
    if not instructions:
        state = given(graph, found, name)
        if state is not Given.YES:
            return None if state is Given.NO else Given.UNKNOWN
        return _from_file(graph, found, name)
    if any(i.name == "ENV" for i in instructions):
        variable = found.stage.environment.get(name)
        value = variable.value if variable is not None else None
        return value if value is not None else _unset(found, instructions[-1], name)
    override = next((v for v in found.build.arguments if v.name == name), None)
    if override is not None:
        return override.value if override.value is not None else Given.UNKNOWN
    pair = next(p for i in reversed(instructions) for p in i.pairs if p.name.value == name)
    return pair.value.text if pair.value is not None and not pair.value.dollars else None


def _unset(found: FrontBuild, instruction: Instruction, name: str) -> Text | Given | None:
    """An ENV whose value isn't known: nothing where it takes an ARG that nobody gives."""
    declares = {
        p.name.value: p for stage in found.stage.chain for i in stage.instructions if i.name == "ARG" for p in i.pairs
    }
    words = [p.value for p in instruction.pairs if p.value is not None and p.name.value == name]
    given_names = {v.name for v in found.build.arguments}
    whole = [re.fullmatch(r"\$\{?(\w+)\}?", w.value) for w in words]
    if len(whole) == 1 and whole[0] and whole[0][1] in declares and declares[whole[0][1]].value is None:
        return Given.UNKNOWN if whole[0][1] in given_names else None
    return Given.UNKNOWN


def _from_file(graph: Graph, found: FrontBuild, name: str) -> Text | Given | None:
    for file in reversed(_FILES):
        inside = found.stage.files.before(found.step).lookup(posixpath.join(found.folder, file))
        values = environment.variables(graph.library, inside) if isinstance(inside, str) else None
        if values and name in values:
            return values[name].value or Given.UNKNOWN
    return Given.UNKNOWN
