"""The admin wears the product's clothes, and says what every page says."""

from catalogweb.agents.models import AgentStatus
from tests.factories import AgentFactory


def test_admin_takes_its_colours_from_the_tokens_of_the_pages(admin_client):
    page = admin_client.get("/admin/").text

    assert page.index("admin/css/base.css") < page.index("tokens.css") < page.index("backoffice.css")
    assert "dark_mode.css" not in page
    assert "Recent actions" not in page


def test_admin_says_that_nothing_really_runs(admin_client):
    AgentFactory(name="lab")
    assert "nothing really runs" not in admin_client.get("/admin/").text

    AgentStatus.objects.update(simulated=True)

    assert "nothing really runs" in admin_client.get("/admin/catalog/catalogitem/").text
