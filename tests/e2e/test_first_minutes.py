"""From `up` on a fresh clone to the first container that answers, following only what is printed and what pages say."""

import re
import signal
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.product import ROOT, containers
from tests.testbed.images import push_web_image
from tests.testbed.processes import Child, free_port, wait_for_page

pytestmark = pytest.mark.e2e
SLOW = 60_000


class Newcomer:
    """Counts what a person does: each field filled, each thing pressed."""

    def __init__(self, page):
        self.page, self.steps, self.started = page, 0, time.monotonic()

    def opens(self, url):
        self.page.goto(url)
        self.steps += 1

    def fills(self, label, text):
        self.page.get_by_label(label).first.fill(text)
        self.steps += 1

    def presses(self, role, name):
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.steps += 1

    @property
    def seconds(self):
        return time.monotonic() - self.started


@pytest.fixture
def up(tmp_path, container_engine):
    """`up` in a fresh clone, on a machine with an engine, once it has printed its block."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    # A newcomer's own settings; whatever the suite runs on stays out.
    env = {"DJANGO_SETTINGS_MODULE": "catalogweb.settings", "CATALOGWEB_DATA": "", "DATABASE_URL": ""}
    env |= {"DOCKER_HOST": container_engine.url}
    command = ["env", "-u", "CATALOGWEB_DATA", "-u", "DATABASE_URL", sys.executable, str(clone / "manage.py"), "up"]
    up = Child(
        [*command, "--port", str(free_port())], log=tmp_path / "up.log", env=env, cwd=clone, stop_with=signal.SIGINT
    )
    up.wait_until(lambda: "Engine:" in up.tail(5000), what="printed block", limit=90)
    yield up
    up.stop(limit=60)


def said(printed, what):
    found = re.search(rf"^{what}: +(\S+)", printed, re.MULTILINE)
    assert found, printed
    return found.group(1)


def test_a_newcomer_reaches_a_running_container(up, page, open_registry, container_engine, capsys):
    image, port = push_web_image(open_registry), free_port()
    printed = up.tail(5000)
    newcomer = Newcomer(page)

    newcomer.opens(said(printed, "URL"))
    newcomer.fills("E-mail", said(printed, "Admin"))
    newcomer.fills("Password", said(printed, "Password"))
    newcomer.presses("button", "Sign in")
    newcomer.presses("link", "Create a catalog item")
    newcomer.fills("Name", "hello")
    newcomer.fills("Image for x86", image)
    page.locator("main form button.button--primary").first.click()
    newcomer.presses("link", "Deploy")
    page.locator("label.choice", has_text="my-agent-name").get_by_role("checkbox").check()
    page.get_by_role("button", name="Next").last.click()
    newcomer.fills("Application", "tour")
    newcomer.fills("Ports", f"{port}:80")
    newcomer.presses("button", "Plan")
    newcomer.presses("button", "Deploy to 1 agent")
    newcomer.steps += 3
    row = page.locator("tr", has_text="my-agent-name")
    expect(row).to_contain_text("Running", timeout=SLOW)
    answer = wait_for_page(row.get_by_role("link", name=re.compile("Open")).get_attribute("href"))

    assert "team/web:1.0" in answer
    up.stop(limit=60)
    assert not containers(container_engine), "Ctrl-C ends what its own agent started"
    with capsys.disabled():
        print(
            f"\nfirst running container: {newcomer.steps} steps, {newcomer.seconds:.1f} seconds after `up` had printed"
        )
