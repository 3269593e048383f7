"""The catalogweb edge agent."""

import argparse
import logging
import sys
from pathlib import Path

from catalogweb.edge.engine import detect
from catalogweb.edge.provisioning import TYPES, NotProvisioned, provision
from catalogweb.edge.runner import EngineChoice, run
from catalogweb.edge.settings import Options
from catalogweb.edge.state import StateFolder


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("catalogweb.edge").setLevel(logging.INFO)
    try:
        sys.stdout.write(f"{options.act(options)}\n")
    except (NotProvisioned, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m catalogweb.edge", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="provision|run|engine")
    _add_provision(commands.add_parser("provision", help="trade a provisioning key for credentials"))
    _add_run(commands.add_parser("run", help="run what the controller wants on this machine"))
    engine = commands.add_parser("engine", help="tell which container engine this machine has")
    engine.add_argument("--engine-url", default="")
    engine.set_defaults(act=lambda options: detect(options.engine_url))
    return parser


def _add_provision(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="the controller, such as https://host/api/v3/")
    parser.add_argument("--state", required=True, type=StateFolder, help="folder for what the agent keeps")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key", help="the provisioning key; without it, it is read from standard input")
    key.add_argument("--key-file", type=Path, help="a file that holds the key")
    parser.add_argument("--architecture", choices=sorted(TYPES), default="", help="if not this machine's")
    parser.add_argument("--insecure", action="store_true", help="allow plain http beyond this machine")
    parser.set_defaults(act=_provision)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", required=True, type=StateFolder, help="the folder given to provision")
    parser.add_argument("--publish-address", default="127.0.0.1", help="where the ports of containers open")
    parser.add_argument("--interval", type=float, default=5.0, help="seconds between polls, and reports")
    parser.add_argument("--engine", choices=["auto", "simulated"], default="auto")
    parser.add_argument("--engine-url", default="", help="such as unix:///run/podman/podman.sock")
    parser.add_argument("--platform", default="", help="pull images for this platform, such as linux/arm64")
    parser.add_argument("--keep-containers", action="store_true", help="leave containers running at the end")
    parser.set_defaults(act=_run)


def _provision(options: argparse.Namespace) -> str:
    key = options.key or (options.key_file.read_text() if options.key_file else sys.stdin.read())
    uuid = provision(
        options.url, key.strip(), options.state, architecture=options.architecture, insecure=options.insecure
    )
    return f"Provisioned as {uuid}; the credentials are in {options.state.folder}."


def _run(options: argparse.Namespace) -> str:
    settings = Options(
        interval=max(options.interval, 0.1),
        publish_address=options.publish_address,
        platform=options.platform,
    )
    choice = EngineChoice(options.engine, options.engine_url, options.publish_address)
    return run(options.state, settings, choice, keep_containers=options.keep_containers)


if __name__ == "__main__":
    sys.exit(main())
