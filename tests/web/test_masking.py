"""Secrets typed into a manifest do not come back in a page, and are applied all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.catalog.models import Registry
from catalogweb.core.errors import Invalid
from catalogweb.core.secrets import seal
from catalogweb.web.masking import masked, unmasked

SECRET = "q1u45-ic9"


@pytest.mark.parametrize(
    "line",
    [
        f"  password: {SECRET}",
        f"  password:{SECRET}",
        f'  "password": "{SECRET}"   # of john',
        f"  password: '{SECRET}'",
        f"spec: {{url: reg.example.org, password: {SECRET}, email: a@example.org}}",
        f"  - password: {SECRET}#{SECRET}",
        f"  password: |\n    {SECRET}\n\n    {SECRET}\n  email: a@example.org",
        f"kind: Secret\nmetadata: {{name: s}}\ndata:\n  level: {SECRET}\n  other: '{SECRET}'\nspec: {{}}",
    ],
)
def test_a_secret_is_masked_and_put_back(line):
    text = f"kind: Registry\n---\n{line}\n---\nkind: Application\n"

    shown, kept = masked(text)

    assert SECRET not in shown
    assert "••••1" in shown
    assert SECRET not in kept
    assert unmasked(shown, kept) == text


def test_a_placeholder_that_means_keep_stays_one():
    assert masked("  password: ••••\n") == ("  password: ••••\n", "")
    assert masked("kind: Secret\ndata:\n  a: <keep>\n  b: ''\n")[1] == ""


HEAD = "apiVersion: iofog.org/v3\nkind: Secret\nmetadata:\n  name: s\n"


@pytest.mark.parametrize(
    "data",
    [
        f"data:\n  password: {SECRET}\n  token: {SECRET}  \n",
        f'data:\n  a: "{SECRET}\n    {SECRET}"\n\n  b: |-\n    {SECRET}\n\n    {SECRET}\n',
        f"data:\n  a: {SECRET}\n    {SECRET}\n  'b:c': {SECRET}\n",
        f"data:\n  a:\n  - {SECRET}\n  b:\n    c: {SECRET}\n",
        f"data:   # of the shop\n    a: {SECRET}\nspec: {{}}\n",
        f"data:\n  ? a\n  : {SECRET}\n",
        f"data:\n  # {SECRET}\n  {SECRET}\n",
        f"data: {{user: ann, token: {SECRET}}}\nspec: {{}}\n",
        f"data: {{\n  token: {SECRET}\n}}\n",
        f"data: &all\n  token: {SECRET}\n",
        f"data: {SECRET}\n",
        f"data:\n- {SECRET}\n",
        f"spec:\n  type: Opaque\n  data:\n    token: {SECRET}\n  other: x\n",
        f"spec: {{type: Opaque, data: {{token: {SECRET}}}}}\n",
        f"data:\n\ttoken: {SECRET}\n",
        f"stringData:\n  token: {SECRET}\ndata:\n  token: {SECRET}",
    ],
)
@pytest.mark.parametrize("head", [HEAD, HEAD.replace("Secret", "'Secret'"), ""])
def test_all_that_stands_below_the_data_of_a_secret_is_masked_and_put_back(head, data):
    text = (head or HEAD) + data if head else data + HEAD

    shown, kept = masked(text)

    assert SECRET not in shown
    assert unmasked(shown, kept) == text


def test_a_secret_on_one_line_is_masked_too():
    text = f'{{"kind": "Secret", "metadata": {{"name": "s"}}, "data": {{"token": "{SECRET}"}}}}\n'

    shown, kept = masked(text)

    assert SECRET not in shown
    assert unmasked(shown, kept) == text


def test_the_keys_of_a_secret_stay_readable():
    assert masked(f"{HEAD}data:\n  user: ann\n  token: x\n")[0] == f"{HEAD}data:\n  user: ••••1\n  token: ••••2\n"


def test_documents_may_change_places():
    shown, kept = masked("password: one\n---\npassword: two\n")
    first, second = shown.split("---\n")

    assert unmasked(f"{second}---\n{first}", kept) == "password: two\n---\npassword: one\n"


@pytest.mark.parametrize("keep", [str, lambda: "nonsense", lambda: seal("no list of secrets")])
def test_a_mask_without_its_secret_is_refused(keep):
    with pytest.raises(Invalid, match="••••1 stands for a secret that is not known any more: type it again."):
        unmasked("password: ••••1\n", keep())


@given(st.text(alphabet="password:'\"|>#{}, \n-•1data kindSecret", max_size=80).filter(lambda t: "••••" not in t))
def test_any_text_survives(text):
    assert unmasked(*masked(text)) == text


REGISTRY = (
    "apiVersion: iofog.org/v3\nkind: Registry\nspec:\n  url: reg.example.org\n  private: true\n"
    f"  username: john\n  password: {SECRET}\n  email: john@example.org\n"
)


@pytest.mark.django_db
def test_a_plan_on_the_page_can_be_applied_without_typing_the_secret_again(operator):
    planned = operator.post("/manifests/", {"text": REGISTRY, "do": "plan"})

    assert SECRET not in planned.text
    operator.post("/manifests/", {"text": planned.context["text"], "kept": planned.context["kept"], "do": "apply"})
    assert Registry.objects.get(username="john").password == SECRET


@pytest.mark.django_db
def test_a_refused_text_comes_back_masked(operator):
    refused = operator.post("/manifests/", {"text": REGISTRY.replace("true", "ture"), "do": "plan"})

    assert refused.status_code == 422
    assert SECRET not in refused.text
    assert "••••1" in refused.text
