"""The main job as a person does it, in a real browser: from signing in to containers that answer, and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.product import EMAIL, PASSWORD, Edge, Product, containers, wait_for
from tests.testbed.processes import free_port, wait_for_page

pytestmark = pytest.mark.e2e
SLOW = 60_000


class Person:
    """Somebody at the browser, who reads labels and presses buttons."""

    def __init__(self, page: Page, product: Product) -> None:
        self.page, self.product = page, product

    def open(self, path: str) -> None:
        self.page.goto(self.product.url + path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"#id_{name}").fill(value)

    def press(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()

    def sign_in(self) -> None:
        self.open("/")
        self.fill(email=EMAIL, password=PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Overview")).to_be_visible()

    def add_registry(self, registry, password: str) -> None:
        self.open("/registries/add/")
        self.fill(url=f"http://{registry.host}/v2/", username=registry.username, password=password)
        self.save()

    def save(self) -> None:
        self.page.locator("main form button.button--primary").first.click()
        expect(self.page.locator(".errors")).to_have_count(0)

    def create_item(self, image: str, registry) -> None:
        self.open("/catalog/add/")
        self.fill(name="web", x86=image, arm=image)
        self.page.locator("#id_registry").select_option(label=f"3: {registry.host} ({registry.username})")
        self.save()

    def add_agent(self, edge: Edge, architecture: str) -> None:
        """Through the page, as far as the key that it shows once; the program on the device does the rest."""
        self.open("/agents/add/")
        self.fill(name=edge.name)
        self.page.locator("#id_architecture").select_option(architecture)
        self.save()
        self.page.get_by_role("button", name=re.compile("Make a (new )?key")).click()
        edge.provision(self.page.locator("#key").inner_text().strip()).start()
        expect(self.page.locator("#live")).to_contain_text(re.compile("connected|Online"), timeout=SLOW)

    def deploy(self, port: int) -> None:
        self.open("/catalog/")
        self.page.get_by_role("link", name="web", exact=True).click()
        self.page.get_by_role("main").get_by_role("link", name="Deploy", exact=True).first.click()
        for name in ("north", "south"):
            self.page.locator("label.choice", has_text=name).get_by_role("checkbox").check()
        self.page.get_by_role("button", name="Next").last.click()
        self.fill(application="shop", name="web", ports=f"{port}:80", env="GREETING=Hello")
        self.page.get_by_role("button", name="Plan", exact=True).click()
        self.page.get_by_role("button", name="Deploy to 2 agents").click()
        expect(self.page).to_have_url(re.compile(r"/deployments/\d+/"))

    def row(self, name: str):
        return self.page.locator("tr", has_text=name)

    def sees(self, name: str, words: str, *, limit: int = SLOW) -> None:
        """The words appear in the row without reloading the page."""
        expect(self.row(name)).to_contain_text(re.compile(words), timeout=limit)

    def see_both(self, words: str) -> None:
        for name in ("web-north", "web-south"):
            self.sees(name, words)


@pytest.fixture
def person(page, product):
    person = Person(page, product)
    person.sign_in()
    return person


def prepare(person, registry, password, image, edges):
    person.add_registry(registry, password)
    person.create_item(image, registry)
    for edge, architecture in zip(edges, ("x86", "arm"), strict=True):
        person.add_agent(edge, architecture)


def test_a_person_brings_an_item_to_two_agents_and_takes_it_back(
    person, private_registry, image, edges, container_engine
):
    port = free_port()
    prepare(person, private_registry, private_registry.password, image, edges)
    north, south = edges
    with private_registry.process.held():
        with north.process.held(), south.process.held():
            person.deploy(port)
            person.see_both("Queued")
        person.see_both("Pulling")
    person.see_both("Running")

    for name, platform in (("web-north", "linux/amd64"), ("web-south", "linux/arm64")):
        link = person.row(name).get_by_role("link", name=re.compile("Open")).get_attribute("href")
        assert platform in wait_for_page(link)

    person.open("/microservices/")
    person.row("web-north").get_by_role("button", name="Stop").click()
    person.sees("web-north", "Stopped")
    wait_for("one container left", lambda: len(containers(container_engine)) == 1)

    person.open("/applications/shop/delete/")
    person.page.locator("main form button.button--danger").click()
    wait_for("no container left", lambda: not containers(container_engine))
    person.open("/microservices/")
    expect(person.page.get_by_role("main")).not_to_contain_text("web-north")


def test_a_person_sees_why_a_pull_fails_and_heals_it_by_correcting_the_password(person, private_registry, image, edges):
    prepare(person, private_registry, "not-the-one", image, edges)
    person.deploy(free_port())
    person.sees("web-north", "Failed")
    expect(person.page.get_by_role("main")).to_contain_text("wrong user name or password")
    deployment = person.page.url

    person.open("/registries/3/edit/")
    person.fill(password=private_registry.password)
    person.save()
    person.page.goto(deployment)
    person.see_both("Running")
