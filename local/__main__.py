"""The command line of the emulator: `python -m local demo`, `python -m local serve`, `python -m local preview`."""

import argparse
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

_STARTED = time.perf_counter()
_FASTEST = 300  # seconds a second: a run of the guard, which takes one or two, every three


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="run everything on this machine until Ctrl-C")
    demo.add_argument(
        "--port", type=_port, default=0, help="of the page; AWS gets the next one (default: free ones)"
    )
    demo.add_argument("--no-browser", action="store_true", help="do not open the page")
    demo.add_argument(
        "--guard-clock",
        type=_speed,
        default=1,
        metavar="SECONDS",
        help="seconds that pass in one second for the guard, which runs every 15 minutes (default: 1)",
    )
    serve = commands.add_parser("serve", help="run the emulated AWS alone until Ctrl-C")
    serve.add_argument("--port", type=_port, default=0, help="where to listen (default: a free one)")
    for command in (demo, serve):
        command.add_argument(
            "--state",
            type=Path,
            metavar="FOLDER",
            help="keep everything in this folder, and go on with what is there (default: begin with nothing)",
        )
    serve.add_argument(
        "--limit",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=NUMBER",
        help="a quota of Custom Labels that differs from AWS's, such as running_models=4",
    )
    preview = commands.add_parser("preview", help="print what the program would create")
    for command in (demo, preview):
        command.add_argument(
            "--config",
            action="append",
            default=[],
            type=_setting,
            metavar="KEY=VALUE",
            help="a setting that wins over Pulumi.local.yaml; the value is YAML",
        )
    options = parser.parse_args(arguments)
    for stop in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # also where a shell started this in the background, deaf to SIGINT
        signal.signal(stop, _interrupt)
    try:
        if options.command == "demo":
            _demo(
                options.port,
                dict(options.config),
                options.state,
                guard_clock=options.guard_clock,
                open_browser=not options.no_browser,
            )
        elif options.command == "serve":
            _serve(options.port, options.state, dict(options.limit))
        else:
            _preview(dict(options.config))
    except KeyboardInterrupt:
        print("\nStopped.")
    except _told_errors() as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _demo(
    port: int, config: dict[str, Any], state: Path | None, *, guard_clock: int, open_browser: bool
) -> None:
    print("Starting the demo. Ctrl-C stops it.", flush=True)
    from local.demo import SAMPLES, running_demo  # noqa: PLC0415  # the first line must not wait for a second of imports

    with running_demo(port=port, config=config, state=state, guard_clock=guard_clock, say=_say) as demo:
        sign_in = "\n  Sign-in        with the password of the invitation above" if demo.mails else ""
        print(
            f"\nReady after {time.perf_counter() - _STARTED:.1f} s."
            f"\n  Page           {demo.url}{sign_in}"
            f"\n  Sample images  {os.path.relpath(SAMPLES / 'try')}"
            f"\n  Model          F1 score {demo.f1:.3f} on images that it was not trained on"
            f"\n  AWS            {demo.aws_url}  (AWS_ENDPOINT_URL for any AWS client; region {demo.region})"
            "\n\nDrop a sample image on the page. Ctrl-C stops everything.",
            flush=True,
        )
        if open_browser and _has_screen():
            webbrowser.open(demo.url)
        signal.pause()


def _serve(port: int, state: Path | None, limits: dict[str, Any]) -> None:
    from local.serve import serving  # noqa: PLC0415  # see _demo

    with serving(port=port, state=state, limits=limits) as text:
        print(text, flush=True)
        signal.pause()


def _preview(config: dict[str, Any]) -> None:
    from local.stack import preview_text  # noqa: PLC0415  # see _demo

    print(preview_text(config, say=_say))


def _told_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is a sentence for the person at the terminal."""
    from local.aws.loopback import PortInUseError  # noqa: PLC0415  # see _demo
    from local.demo import DemoError  # noqa: PLC0415  # see _demo
    from local.engine import ConfigError, DeploymentError  # noqa: PLC0415  # see _demo
    from local.serve import LimitError  # noqa: PLC0415  # see _demo
    from local.state.file import StateError  # noqa: PLC0415  # see _demo

    return ConfigError, DemoError, DeploymentError, LimitError, PortInUseError, StateError


def _say(line: str) -> None:
    print(line, flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _has_screen() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65534:  # noqa: PLR2004  # AWS needs the next one
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65534.")
    return int(text)


def _speed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _FASTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: give a number from 1 to {_FASTEST}.")
    return int(text)


def _setting(text: str) -> tuple[str, Any]:
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is no setting: give KEY=VALUE.")
    try:
        return key, yaml.safe_load(value)
    except yaml.YAMLError:
        raise argparse.ArgumentTypeError(f"{text!r} has a value that is not YAML.") from None


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed by now. What may be left is a thread that trains inside OpenCV, which can be neither
    # ended nor torn down: leaving by sys.exit would abort the process.
    os._exit(status)
