"""How the command talks: results on stdout, everything else on stderr, and no question without somebody to answer it."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import click
from botocore.exceptions import BotoCoreError, ClientError

from custom_labels.aws import Aws
from custom_labels.errors import CustomLabelsError, explain

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

_COLOURS = {"RUNNING": "green", "STARTING": "yellow", "STOPPING": "yellow", "TRAINING_IN_PROGRESS": "yellow"}


class Commands(click.Group):
    """A group of commands that end every foreseeable failure in one sentence and an exit code.

    The codes: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C.
    """

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except (BotoCoreError, ClientError) as error:
            raise click.ClickException(explain(error)) from error
        except CustomLabelsError as error:
            raise click.ClickException(str(error)) from error
        except (KeyboardInterrupt, click.Abort) as error:
            note(f"\nInterrupted. {error}".rstrip())
            ctx.exit(INTERRUPTED)


def examples(*lines: str) -> str:
    """Return examples as the end of a command's help."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


pass_aws = click.make_pass_decorator(Aws, ensure=True)
"""Gives a command the AWS of the environment, which asking for help does not need."""
output_option = click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Text for people, or one JSON document for programs.",
)
bucket_option = click.option(
    "--bucket",
    envvar="CUSTOM_LABELS_BUCKET",
    show_envvar=True,
    help="Bucket for images, manifests and results; without it the one tagged custom-labels:training-bucket=true.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def note(text: str) -> None:
    """Tell people something that is not the result."""
    click.echo(text, err=True)


def show(output: str, document: object, text: str) -> None:
    """Print the result: *document* as JSON or *text*."""
    click.echo(json.dumps(document, indent=2) if output == "json" else text)


def agree(question: str, *, yes: bool) -> None:
    """Ask a question, unless the answer is yes already.

    Raises:
        CustomLabelsError: The answer is no, or there is no terminal to ask on.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise CustomLabelsError(f"{question} There is no terminal to answer on: add --yes to go ahead.")
    if not click.confirm(question, err=True):
        raise CustomLabelsError("Nothing was done.")


class Ticker:
    """A line on stderr that is written over and over, and is gone at the end; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.say("")

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            click.echo(f"\r\x1b[K{text[:width]}", err=True, nl=False)


def status_text(status: str) -> str:
    """Return a status in its colour."""
    return click.style(status, fg=_COLOURS.get(status, "red" if status.endswith("FAILED") else None))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> str:
    """Return a table as aligned text; the columns named in *right* are aligned to the right."""
    lines = [heads, *rows]
    widths = [max(len(click.unstyle(line[column])) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            _padded(cell, width, to_right=head in right)
            for cell, width, head in zip(line, widths, heads, strict=True)
        ).rstrip()
        for line in lines
    )


def _padded(cell: str, width: int, *, to_right: bool) -> str:
    padding = " " * (width - len(click.unstyle(cell)))
    return padding + cell if to_right else cell + padding


def without_nothing(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON object without the members that are None."""
    return {key: value for key, value in document.items() if value is not None}
