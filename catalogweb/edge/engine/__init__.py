"""Container engines: found on this machine, or simulated."""

from .base import Container, Engine, EngineError, EngineGone, ImageMissing, Pulling, Usage
from .detection import Detection, Problem, detect
from .simulated import Behaviour, SimulatedEngine

__all__ = [
    "Behaviour",
    "Container",
    "Detection",
    "Engine",
    "EngineError",
    "EngineGone",
    "ImageMissing",
    "Problem",
    "Pulling",
    "SimulatedEngine",
    "Usage",
    "detect",
]
