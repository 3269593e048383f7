"""Every state that people read, in one place: its word, its tone and its icon. Nothing else names one."""

from dataclasses import dataclass

# Tone -> the icon of words that are no state, such as the outcome of a request.
TONES = {
    "good": "circle-check",
    "bad": "octagon-x",
    "busy": "refresh-cw",
    "idle": "circle-dashed",
    "late": "triangle-alert",
}


@dataclass(frozen=True)
class State:
    """What it means stands on the style guide and in the documentation."""

    word: str
    tone: str
    icon: str
    meaning: str


AGENT_STATES = (
    State("Online", "good", "circle-check", "It reports as often as it should."),
    State("Late", "late", "clock-alert", "Its last report is older than two report intervals and 20 seconds."),
    State("Offline", "bad", "unplug", "Its last report is older than five report intervals and a minute."),
    State("Never connected", "idle", "circle-dashed", "It has not reported yet."),
)
MICROSERVICE_STATES = (
    State("Queued", "idle", "clock", "Its agent has not fetched it yet."),
    State("Acknowledged", "busy", "check-check", "Its agent has fetched it and not begun."),
    State("Pulling", "busy", "download", "Its image is being pulled."),
    State("Starting", "busy", "power", "Its container is being made or started."),
    State("Running", "good", "play", "Its container runs."),
    State("Healthy", "good", "heart-pulse", "Its container runs, and its own check says that it is well."),
    State(
        "Stale image",
        "late",
        "image-off",
        "Its container runs, but from another image than its reference leads to now.",
    ),
    State("Failed", "bad", "octagon-x", "It could not be pulled or started, or it ends again and again."),
    State("Held back", "bad", "ban", "Its agent does not get it as it is wanted, and it says why."),
    State("Stopping", "busy", "circle-pause", "It is to stop, and its container is still there."),
    State("Stopped", "idle", "circle-stop", "It is not to run, and nothing of it does."),
    State("Removing", "busy", "trash-2", "Its agent is removing the container."),
    State(
        "Unknown", "late", "circle-question-mark", "It was there when its agent reported last, which is too long ago."
    ),
    State("Waiting", "late", "hourglass", "Nothing can begin until its agent connects."),
)
STATES = {state.word: state for state in (*AGENT_STATES, *MICROSERVICE_STATES)}


def tone_of(word: str) -> str:
    return STATES[word].tone


def icon_of(word: str, tone: str) -> str:
    """That of the state, else that of the tone."""
    return STATES[word].icon if word in STATES else TONES[tone]
