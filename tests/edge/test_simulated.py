"""The simulated engine: a clock, a seed, and nothing else."""

import pytest

from catalogweb.edge.engine import Behaviour, ImageMissing, SimulatedEngine
from catalogweb.edge.items import Microservice
from catalogweb.edge.references import Reference
from tests.edge.controller import item

ALPINE = Reference.parse("alpine")


def story(clock, **behaviour):
    """The states of one container over a simulated hour."""
    engine = SimulatedEngine(Behaviour(**behaviour), clock=clock)
    engine.start("agent-1", Microservice.from_wire(item()), "simulated:1")
    states = []
    for _ in range(60):
        clock.now += 60
        [container] = engine.containers("agent-1")
        states.append(container.state)
        if not container.is_up:
            engine.restart(container)
    return states


def test_the_same_seed_tells_the_same_story(clock):
    assert story(clock, seed=1, crashes_per_hour=20) == story(clock, seed=1, crashes_per_hour=20)
    assert story(clock, seed=1, crashes_per_hour=20) != story(clock, seed=2, crashes_per_hour=20)


def test_without_crashes_a_container_starts_and_runs(engine, clock):
    engine.start("agent-1", Microservice.from_wire(item()), "simulated:1")
    assert [c.state for c in engine.containers("agent-1")] == ["starting"]

    clock.now += 2

    assert [c.state for c in engine.containers("agent-1")] == ["running"]


def test_a_pull_advances_by_the_clock_alone(engine, clock):
    pulling = engine.pull(ALPINE, None, "")
    seen = []
    while not pulling.done:
        clock.now += 0.5
        seen.append(pulling.percentage)

    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert len(seen) > 3
    assert engine.find_image(ALPINE) == pulling.image


def test_a_failing_pull_never_reaches_the_end(clock):
    engine = SimulatedEngine(Behaviour(pull_failures=1), clock=clock)
    pulling = engine.pull(ALPINE, None, "")
    clock.now += 60

    assert pulling.done
    assert pulling.error
    assert not pulling.image
    assert pulling.percentage < 100
    assert engine.find_image(ALPINE) == ""


def test_an_image_of_a_real_engine_cannot_start_here(engine):
    with pytest.raises(ImageMissing):
        engine.start("agent-1", Microservice.from_wire(item()), "sha256:12")
