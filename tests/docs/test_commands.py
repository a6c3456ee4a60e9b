"""Every command that the pages show exists, with its options; and every command is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from probe.cli.main import app
from tests.docs.pages import PAGES, ROOT, blocks, first_column, prose, read, spans


def commands() -> dict[str, TyperCommand | TyperGroup]:
    """Each command by what is typed, such as `db upgrade`."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return dict(_below(group))


def _below(group: TyperGroup, *names: str) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield " ".join((*names, name)), command
            yield from _below(command, *names, name)
        elif isinstance(command, TyperCommand):
            yield " ".join((*names, name)), command


def lines() -> Iterator[str]:
    """Whatever begins with `probe` and names a command: on pages, in the unit, in the Containerfile."""
    for page in PAGES:
        for block in blocks(page, "console"):
            yield from re.findall(r"^\$ (probe [^#\n|>]+)", block.text, re.MULTILINE)
        yield from (span for span in spans(prose(page.read_text(encoding="utf-8"))) if re.match(r"probe [a-z]", span))
    yield from re.findall(r"^ExecStart=/opt/probe/bin/(probe .+)", read("docs/examples/probe.service"), re.MULTILINE)
    arguments = re.findall(r"^CMD (\[.+\])$", read("docs/examples/Containerfile"), re.MULTILINE)
    yield "probe " + " ".join(re.findall(r'"([^"]+)"', arguments[0]))


def options(name: str) -> set[str]:
    return {option for parameter in commands()[name].params for option in parameter.opts} | {"--help"}


@pytest.mark.parametrize("line", sorted(set(lines())))
def test_a_command_that_is_shown_can_be_given(line: str) -> None:
    words = shlex.split(line)[1:]
    name = words[0] if words[0] in commands() and " ".join(words[:2]) not in commands() else " ".join(words[:2])
    given = {word for word in words if word.startswith("-")}
    assert given <= options(name)


def test_the_readme_has_every_command() -> None:
    told = [span.removeprefix("probe ") for span in first_column(read("README.md"), "Commands")]
    assert told == list(commands())


def test_the_two_commands_for_everybody_come_first() -> None:
    first = blocks(ROOT / "README.md", "console")[0].text
    assert re.findall(r"make (\w+)", first) == ["run", "test"]


def test_whatever_is_to_be_made_can_be() -> None:
    code = [text for page in PAGES for text in (*spans(prose(page.read_text())), *console(page))]
    wanted = {name for text in code for name in re.findall(r"\bmake ([a-z]+)", text)}
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert {"run", "test", "check"} <= wanted <= targets


def console(page: Path) -> list[str]:
    return [block.text for block in blocks(page, "console")]
