"""What a microservice's container is called: the ioFog agent removes those whose names begin with its own prefix."""

import re

from hypothesis import given
from hypothesis import strategies as st

from catalogweb.edge.engine.creation import create_arguments
from catalogweb.edge.items import Microservice
from tests.edge.controller import item

NAMES = st.one_of(st.text(), st.text().map("iofog_{}".format))


@given(NAMES, st.uuids().map(str))
def test_container_is_never_called_as_the_iofog_agent_calls_its_own(name, uuid):
    microservice = Microservice.from_wire(item(name=name, uuid=uuid))

    called = create_arguments("agent-1", microservice, "team/web:1", "127.0.0.1")["name"]

    assert called.startswith("catalogweb_")
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", called)
