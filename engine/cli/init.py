"""`swfgraph init`: a new project, from one of the examples that come with swfgraph.

Here: which templates there are, what a project consists of, writing it. The templates are the folders of `specs`, as they are run and
tested there; in the copy, paths are relative to the project, and the schemas lie in it, so that editors need no network. Nothing that
exists is written over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command
from engine.cli.output import note, print_json
from engine.errors import UsageError
from engine.spec.shipped import shipped

TEMPLATES: Final[Mapping[str, str]] = {
    "starter": "two scripts and a decision between them",
    "fruit": "two scripts that know nothing of workflows, and a file between them",
    "booking": "retry with back-off, going back to an earlier step, then failing",
    "approval": "waiting for somebody's answer, and asking another when it does not come",
    "saga": "steps that are undone when a later one fails",
    "map": "a step for each file of a folder, some of which may fail",
    "nightly": "a batch with a schedule and alerts",
    "poll": "looking again and again until a job is ready",
    "regions": "a child workflow for each region",
}
"""Folders of `specs`, and what each shows."""

SETTINGS: Final = ".vscode/settings.json"
IGNORED: Final = ".swfgraph/\n__pycache__/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of the project."""

    path: str
    """Relative to the project's folder, with slashes."""
    content: bytes
    shared: bool = False
    """Others have such a file for their own purposes: what exists is kept, and the rest of the project is written."""
    advice: str = ""
    """What to do by hand where it was kept."""


def _listing(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if not wanted or ctx.resilient_parsing:
        return
    width = max(map(len, TEMPLATES))
    click.echo("\n".join(f"{name:{width}}  {shows}" for name, shows in TEMPLATES.items()))
    ctx.exit()


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--template", type=click.Choice(list(TEMPLATES)), default="starter", show_default=True, help="What to begin with.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_listing, help="List the templates, and what they show.")
@offline_command
def command(common: Common, folder: Path, template: str) -> Exit:
    """Begin a project: a spec, its scripts, its tests, a README, and the schemas for your editor.

    DIR is made if it is not there; without one, the project goes into the working directory. A file that exists is never written over.
    What `init` has written can be checked, drawn, tested and run at once.

    \b
    Examples:
      swfgraph init --list
      swfgraph init orders
      swfgraph init orders --template approval
    """
    parts = project(template)
    kept = _keep_what_exists(folder, parts)
    written = [part for part in parts if part not in kept]
    for part in written:
        _write(folder / part.path, part.content)
    if common.json:
        print_json({"folder": str(folder), "template": template, "written": [p.path for p in written], "kept": [p.path for p in kept]})
    elif not common.quiet:
        _tell(folder, template, written, kept)
    return Exit.DONE


def project(template: str) -> list[Part]:
    """Every file of a new project, the template's own first."""
    source = shipped("specs") / template
    own = [Part(path=name, content=_localised(template, name, file)) for name, file in sorted(_files_below(source))]
    schemas = [Part(path=f"schemas/{file.name}", content=file.read_bytes()) for file in sorted(shipped("schemas").glob("*.json"))]
    specs = [part.path for part in own if _is_spec(part)]
    return [
        *(part for part in own if part.path != "README.md"),
        *schemas,
        Part(
            path="README.md",
            content=_readme(template, own, specs).encode(),
            shared=True,
            advice="`swfgraph init` in an empty folder shows the one it would have written",
        ),
        Part(
            path=SETTINGS,
            content=_settings(specs),
            shared=True,
            advice='the "$schema" of each file says where its schema is, so that most editors need no more',
        ),
        Part(
            path=".gitignore", content=IGNORED.encode(), shared=True, advice="name .swfgraph/ in it: `swfgraph run` keeps its state there"
        ),
    ]


def _files_below(source: Path) -> Iterator[tuple[str, Path]]:
    for file in source.rglob("*"):
        relative = file.relative_to(source)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
        if file.is_file() and not hidden:
            yield relative.as_posix(), file


def _localised(template: str, name: str, file: Path) -> bytes:
    """Paths as they are from the project's folder."""
    if file.suffix not in {".json", ".md"}:
        return file.read_bytes()
    text = file.read_text(encoding="utf-8").replace("../../schemas/", "../" * name.count("/") + "schemas/")
    if file.suffix == ".md":
        text = re.sub(rf"\bspecs/{template}/(?=\w)", "", text)
        text = re.sub(rf"\bspecs/{template}\b/?", ".", text)
    return text.encode()


def _is_spec(part: Part) -> bool:
    return part.path.endswith(".json") and "nodes" in json.loads(part.content)


def _readme(template: str, own: Sequence[Part], specs: Sequence[str]) -> str:
    texts = [part.content.decode() for part in own if part.path == "README.md"]
    drawn = "\n".join(f"swfgraph render {spec} -o {spec.removesuffix('.json')}.png" for spec in specs)
    rest = f"""
## In this folder

```sh
swfgraph check .
swfgraph test .
{drawn}
```

Begun with `swfgraph init --template {template}`. Names, domain and task list in {_listed(specs)} are yours to change. `schemas` holds
the JSON Schemas of specs and tests: an editor that reads `$schema` completes keys, explains them and marks mistakes. `.swfgraph`, where
`swfgraph run` keeps its state, stays out of version control.
"""
    return "".join(texts) + rest


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _settings(specs: Sequence[str]) -> bytes:
    schemas = [
        {"fileMatch": [f"/{spec}" for spec in specs], "url": "./schemas/workflow.schema.json"},
        {"fileMatch": ["*.test.json"], "url": "./schemas/test.schema.json"},
    ]
    return (json.dumps({"json.schemas": schemas}, indent=2) + "\n").encode()


def _keep_what_exists(folder: Path, parts: Sequence[Part]) -> list[Part]:
    """Raises: UsageError where the template's own files are there already: half of it would be worth nothing."""
    there = [part for part in parts if (folder / part.path).exists() or (folder / part.path).is_symlink()]
    in_the_way = [part.path for part in there if not part.shared]
    if in_the_way:
        raise UsageError(f"{folder} has {', '.join(in_the_way)} already, and nothing is written over: name another folder, or move them")
    return there


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _tell(folder: Path, template: str, written: Sequence[Part], kept: Sequence[Part]) -> None:
    for part in written:
        click.echo(str(folder / part.path))
    for part in kept:
        note(f"kept {folder / part.path}, which was there ({part.advice})")
    specs = [part.path for part in written if _is_spec(part)]
    spec = f"{template}.json" if f"{template}.json" in specs else specs[0]
    go = "" if folder == Path() else f"cd {folder} && "
    note(f"Next: {go}swfgraph run {spec}")
