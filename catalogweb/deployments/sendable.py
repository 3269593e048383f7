"""Whether a microservice can be sent to its agent. What cannot, would spoil the agent's whole list, or never run there."""

from collections.abc import Iterable
from typing import Any

from catalogweb.agents.models import AgentStatus
from catalogweb.catalog.models import LOCAL
from catalogweb.deployments.models import Microservice

# Agents count in 32 bits.
LARGEST = 2**31 - 1
TEXTS = ("run_as_user", "platform", "runtime", "pid_mode", "ipc_mode", "cpu_set_cpus")
# How a reason begins that may go by itself.
UNREADABLE = "The password of"
VOLUME = ("host", "container", "access", "type")
LISTS = ("cap_add", "cap_drop", "cdi_devices")


def reason_to_withhold(microservice: Microservice, env: list[tuple[str, str]] | None, password_trouble: str) -> str:
    """A sentence for people, empty when nothing stands in the way. `env` is None when a value of it cannot be had;
    `password_trouble` says why its registry's password cannot."""
    if env is None:
        return "A value of a variable cannot be read: enter the secret again, or take another source."
    if password_trouble and not _is_built(microservice):
        return f"{UNREADABLE} {microservice.revision.registry} cannot be read: {password_trouble}"
    return _image_fault(microservice) or _odd_value(microservice)


def _is_built(microservice: Microservice) -> bool:
    """What has its container needs no password any more."""
    status = microservice.status
    return bool(status.container_id) and status.built_generation >= microservice.generation


def _image_fault(microservice: Microservice) -> str:
    """Agents of the ioFog lines take a reference apart at its first colon. What they never pull does not matter."""
    image = microservice.image
    if microservice.revision.registry_id == LOCAL or can_pull(microservice.agent.status, image):
        return ""
    part = "a digest" if "@" in image else "a registry with a port"
    return (
        f"The agent's program cannot pull {image}, an image with {part}. Use a registry on port 443 and a tag, "
        f"or load the image on the agent and choose the registry “local”."
    )


def can_pull(agent: AgentStatus, image: str) -> bool:
    return agent.pulls_any_reference or not ("@" in image or ":" in image.rpartition("/")[0])


def _odd_value(microservice: Microservice) -> str:
    """Doors refuse such values; a row may still hold one, from elsewhere or from before they did."""
    options = microservice.options
    checks = [
        ("commands", _are_texts(microservice.commands)),
        ("hosts", _are_texts(text for pair in microservice.extra_hosts for text in pair)),
        ("volumes", _are_texts(volume.get(name) for volume in microservice.volumes for name in VOLUME)),
        ("config", isinstance(microservice.config, dict)),
        ("memory limit", _are_numbers([options.get("memory_limit", 0)], 2**53)),
        ("health check", _is_health_check(options.get("health_check", {}))),
        *((name.replace("_", " "), _are_texts([options.get(name, "")])) for name in TEXTS),
        *((name.replace("_", " "), _are_texts(options.get(name, []))) for name in LISTS),
    ]
    odd = [name for name, is_right in checks if not is_right]
    return f"No agent could read its {' and '.join(odd)}: correct them." if odd else ""


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _are_numbers(values: Iterable[Any], largest: int = LARGEST) -> bool:
    return all(type(value) is int and 0 <= value <= largest for value in values)


def _is_health_check(check: dict[str, Any]) -> bool:
    numbers = {name: value for name, value in check.items() if name != "test"}
    return _are_texts(check.get("test") or []) and _are_numbers(numbers.values())
