"""Container engines: found on this machine, or simulated."""

from catalogweb.edge.engine.base import Container, Engine, EngineError, EngineGone, ImageMissing, Pulling, Usage
from catalogweb.edge.engine.detection import Detection, Problem, detect
from catalogweb.edge.engine.simulated import Behaviour, SimulatedEngine

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
