"""The reconciler against a model of an engine: whatever is found, it ends as wanted and harms nobody."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from catalogweb.edge.engine.base import Container
from catalogweb.edge.items import Microservice, Port
from catalogweb.edge.reconcile import Hold, Known, Pull, Remove, Restart, Start, reconcile

ME = "agent-1"
NAMES = ["a", "b", "c", "d"]
PORTS = [8080, 8081, 8082, 8083, 8084]


def microservice(name, version=1, ports=(), schedule=50):
    mapped = tuple(Port(port, 80) for port in ports)
    return Microservice(name, name, "alpine", 1, spec(name, version, ports), schedule, mapped)


def spec(name, version, ports):
    return " ".join([f"{name}-v{version}", *map(str, ports)])


def container(name, version=1, state="running", agent=ME, ports=(), number=0):
    claims = frozenset((port, "tcp") for port in ports)
    identity = f"{agent}-{name}-{version}-{number}"
    return Container(identity, identity, agent, name, spec(name, version, ports), state, claims)


def everything_pulled(*microservices):
    return Known(pulled={m.spec for m in microservices})


class ModelEngine:
    """Keeps containers and refuses what an engine would refuse."""

    def __init__(self, containers=(), pulled=()):
        self.containers = list(containers)
        self.pulled = set(pulled)

    def apply(self, actions):
        for action in actions:
            match action:
                case Pull(wanted):
                    self.pulled.add(wanted.spec)
                case Remove(leaving):
                    assert leaving.agent == ME
                    self.containers.remove(leaving)
                case Start(wanted):
                    assert wanted.spec in self.pulled
                    fresh = f"fresh-{len(self.containers)}"
                    self.bind(Container(fresh, fresh, ME, wanted.uuid, wanted.spec, "running", wanted.claims))
                case Restart(_, stopped):
                    assert stopped.agent == ME
                    self.containers.remove(stopped)
                    self.bind(replace(stopped, state="running"))

    def bind(self, starting):
        bound = {claim for c in self.containers if c.is_up for claim in c.claims}
        assert not bound & starting.claims, "a port was bound twice"
        self.containers.append(starting)

    def round(self, desired):
        actions = reconcile(ME, desired, list(self.containers), Known(pulled=set(self.pulled)))
        self.apply(actions)
        return [action for action in actions if not isinstance(action, Hold)]

    def settle(self, desired):
        for _ in range(20):
            if not self.round(desired):
                return
        raise AssertionError("never settles")


@st.composite
def wanted(draw, ports_may_clash=False):
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    free = draw(st.permutations(PORTS))
    pick = st.lists(st.sampled_from(PORTS), max_size=2, unique=True) if ports_may_clash else st.none()
    return [
        microservice(name, draw(st.integers(1, 2)), draw(pick) or free[i : i + 1], draw(st.integers(1, 3)))
        for i, name in enumerate(names)
    ]


@st.composite
def found(draw):
    """Any mess an engine could be in, ours and others'; others hold ports of their own."""
    states = st.sampled_from(["running", "exited", "created", "paused", "dead", "starting"])
    containers, bound = [], set()
    for number in range(draw(st.integers(0, 8))):
        agent = draw(st.sampled_from([ME, ME, "agent-2", ""]))
        ports = draw(st.lists(st.sampled_from(PORTS), max_size=2, unique=True)) if agent == ME else [9000 + number]
        one = container(
            draw(st.sampled_from([*NAMES, "gone"])),
            draw(st.integers(0, 2)),
            draw(states),
            agent,
            ports,
            number,
        )
        if one.is_up and bound & one.claims:
            one = replace(one, state="exited")
        bound |= one.claims if one.is_up else set()
        containers.append(one)
    return containers


@given(desired=wanted(), observed=found())
def test_any_mess_ends_with_exactly_one_running_container_each(desired, observed):
    model = ModelEngine(observed)

    model.settle(desired)

    own = sorted((c.microservice, c.spec, c.is_up) for c in model.containers if c.agent == ME)
    assert own == sorted((m.uuid, m.spec, True) for m in desired)


@given(desired=wanted(), observed=found())
def test_a_second_look_at_a_settled_engine_does_nothing(desired, observed):
    model = ModelEngine(observed)
    model.settle(desired)

    assert reconcile(ME, desired, model.containers, Known()) == []


@given(desired=wanted(ports_may_clash=True), observed=found())
def test_containers_of_others_are_never_touched(desired, observed):
    model = ModelEngine(observed)

    for _ in range(4):
        model.round(desired)

    assert [c for c in model.containers if c.agent != ME] == [c for c in observed if c.agent != ME]


@given(desired=wanted(ports_may_clash=True), observed=found())
def test_clashing_ports_are_bound_once_and_the_others_wait(desired, observed):
    model = ModelEngine(observed)

    model.settle(desired)

    bound = [claim for c in model.containers if c.is_up and c.agent == ME for claim in c.claims]
    assert len(bound) == len(set(bound))


@given(desired=wanted(), observed=found())
def test_without_any_successful_pull_every_listed_container_stays(desired, observed):
    actions = reconcile(ME, desired, observed, Known(pulling={m.spec for m in desired}))

    listed = {m.uuid for m in desired}
    current = {(m.uuid, m.spec) for m in desired}
    usable = {c.microservice for c in observed if c.agent == ME and c.is_usable and (c.microservice, c.spec) in current}
    for action in actions:
        assert not isinstance(action, Start)
        if isinstance(action, Remove) and action.container.microservice in listed:
            assert action.container.microservice in usable


@given(desired=wanted(ports_may_clash=True), observed=found())
def test_removals_come_before_starts(desired, observed):
    actions = reconcile(ME, desired, observed, everything_pulled(*desired))

    kinds = [isinstance(action, Start | Restart) for action in actions if not isinstance(action, Hold)]
    assert kinds == sorted(kinds)


def test_a_new_microservice_is_pulled_before_it_starts():
    web = microservice("a")

    assert reconcile(ME, [web], [], Known()) == [Pull(web)]
    assert reconcile(ME, [web], [], everything_pulled(web)) == [Start(web)]


def test_an_update_is_pulled_while_the_old_container_runs():
    old, new = container("a", 1), microservice("a", 2)

    assert reconcile(ME, [new], [old], Known()) == [Pull(new)]
    assert reconcile(ME, [new], [old], Known(pulling={new.spec})) == []
    assert reconcile(ME, [new], [old], everything_pulled(new)) == [Remove(old, replaced=True), Start(new)]


def test_a_failed_pull_leaves_the_old_container_alone():
    assert reconcile(ME, [microservice("a", 2)], [container("a", 1)], Known(resting={"a-v2"})) == []


def test_a_stopped_container_is_started_again_unless_it_rests():
    web, stopped = microservice("a"), container("a", state="exited")

    assert reconcile(ME, [web], [stopped], Known()) == [Restart(web, stopped)]
    assert reconcile(ME, [web], [stopped], Known(resting={web.spec})) == []


def test_two_microservices_can_swap_their_ports():
    a, b = microservice("a", 2, [8081]), microservice("b", 2, [8080])
    old_a, old_b = container("a", 1, ports=[8080]), container("b", 1, ports=[8081])
    model = ModelEngine([old_a, old_b], {a.spec, b.spec})

    model.settle([a, b])

    assert {(c.microservice, c.claims) for c in model.containers} == {("a", a.claims), ("b", b.claims)}


def test_a_port_is_awaited_until_its_holder_can_leave():
    a, b = microservice("a", 2, [8081]), microservice("b", 1, [8080])
    old_a = container("a", 1, ports=[8080])

    actions = reconcile(ME, [a, b], [old_a], Known(pulled={b.spec}, pulling={a.spec}))

    assert actions == [Hold(b, f"Port 8080/tcp is taken by {old_a.name}.")]


def test_starts_follow_the_schedule():
    late, early = microservice("a", schedule=60), microservice("b", schedule=10)

    assert reconcile(ME, [late, early], [], everything_pulled(late, early)) == [Start(early), Start(late)]


def test_a_paused_container_is_replaced():
    web, paused = microservice("a"), container("a", state="paused")

    assert reconcile(ME, [web], [paused], everything_pulled(web)) == [
        Remove(paused, replaced=True),
        Start(web),
    ]
