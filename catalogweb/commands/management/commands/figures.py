"""`manage.py figures`: what agents' requests and the large lists cost, as a table."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from catalogweb.agents.models import Agent
from catalogweb.commands.figures.fleet import Fleet, make_fleet
from catalogweb.commands.figures.load import Measured, Request, rate_of, statements_of


class Command(BaseCommand):
    help = (
        "Measure on a throw-away database: SQLite in a temporary folder, or the empty database that DATABASE_URL "
        "names. Needs wrk."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int, default=5, help="Seconds per request kind (default 5).")
        parser.add_argument("--inside", action="store_true", help="Used by the command itself.")

    def handle(self, *args: Any, seconds: int, inside: bool, **options: Any) -> None:
        if not shutil.which("wrk"):
            raise CommandError("The figures need wrk to send requests: apt install wrk")
        if inside:
            self._measure_all(seconds)
        else:
            self._in_a_folder_of_its_own(seconds)

    def _measure_all(self, seconds: int) -> None:
        call_command("migrate", verbosity=0)
        if Agent.objects.exists():
            raise CommandError("There are agents in this database. Figures are taken on an empty one only.")
        fleet = make_fleet()
        # The comparison views are part of neither the product nor any other command.
        settings.ROOT_URLCONF = "catalogweb.commands.figures.urls"
        with _Server() as base:
            rows = [self._measure(request, base, seconds) for request in _requests(fleet)]
        self._print(rows, fleet)

    def _in_a_folder_of_its_own(self, seconds: int) -> None:
        with tempfile.TemporaryDirectory(prefix="catalogweb-figures-") as folder:
            command = [sys.executable, sys.argv[0], "figures", "--inside", f"--seconds={seconds}"]
            done = subprocess.run(command, env=os.environ | {"CATALOGWEB_DATA": folder}, check=False)
        if done.returncode:
            raise CommandError("The figures could not be taken.")

    def _measure(self, request: Request, base: str, seconds: int) -> Measured:
        rate_of(request, base, 1)
        return Measured(request, statements_of(request), rate_of(request, base, seconds))

    def _print(self, rows: list[Measured], fleet: Fleet) -> None:
        rates = {row.request.name: row.rate for row in rows}
        self.stdout.write(
            f"{connection.vendor}, one worker, {os.cpu_count()} cores, loopback, persistent connections\n\n"
        )
        self.stdout.write(f"{'request':44}{'statements':>11}{'per second':>12}{'of the view alike':>20}\n")
        for row in rows:
            share = f"{row.rate / rates[row.request.like]:.0%} of {row.request.like}" if row.request.like else ""
            self.stdout.write(f"{row.request.name:44}{row.statements:>11}{row.rate:>12,.0f}{share:>30}\n")
        self.stdout.write(
            f"\ndeploying one item to 1,000 agents in one call: {fleet.deploy_seconds:.2f} s, "
            f"{fleet.deploy_statements} statements\n"
        )


def _requests(fleet: Fleet) -> list[Request]:
    quiet, busy, operator = fleet.quiet_agent, fleet.busy_agent, fleet.operator_token
    return [
        Request("bare", "GET", "/compare/bare"),
        Request("one read", "GET", "/compare/read", quiet),
        Request("two reads", "GET", "/compare/read-twice", quiet),
        Request("read, update", "PUT", "/compare/read-and-update", quiet, _report([])),
        Request("GET agent/config/changes", "GET", "/api/v3/agent/config/changes", quiet, like="two reads"),
        Request("PUT agent/status, no microservice", "PUT", "/api/v3/agent/status", quiet, _report([]), "read, update"),
        Request(
            "PUT agent/status, 100 microservices",
            "PUT",
            "/api/v3/agent/status",
            busy,
            _report(fleet.busy_microservices),
        ),
        Request("catalog list, 205 items", "GET", "/api/v3/catalog/microservices", operator),
        Request("microservices of one application, 100", "GET", "/api/v3/microservices?application=hundred", operator),
        Request("microservices page, 100 of 10,000", "GET", "/api/v3/microservices?limit=100", operator),
    ]


def _report(uuids: list[str]) -> str:
    items = [{"id": uuid, "status": "RUNNING", "percentage": 100.0, "containerId": "c1", "cpuUsage": "1.5",
              "memoryUsage": "1000000"} for uuid in uuids]  # fmt: skip
    return json.dumps({"daemonStatus": "RUNNING", "version": "3.7.0", "ipAddress": "10.0.0.1",
                       "cpuUsage": 1.5, "memoryUsage": 100.5, "microserviceStatus": json.dumps(items)})  # fmt: skip


class _Server:
    """granian with one worker on a free port, ended by its process id."""

    def __enter__(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        target = "catalogweb.commands.figures.rsgi:application"
        command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--loop", "uvloop", "--host", "127.0.0.1",
                   "--port", str(port), "--log-level", "warning", target]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR)
        base = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                requests.get(base + "/compare/bare", timeout=2)
                return base
            except requests.ConnectionError:
                time.sleep(0.2)
        raise CommandError("The server did not start.")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)
