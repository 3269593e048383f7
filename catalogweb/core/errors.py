"""Refusals: what a service raises when it will not do as asked. Each carries a sentence for people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self


class Refusal(Exception):
    """A sentence for people, and the argument at fault when there is one.

    Whoever reads a larger text says where in it the fault stands: `path`, such as spec.microservices[1], and `faults`,
    which know the lines.
    """

    path = ""
    faults: Sequence[Any] = ()
    # Which of several it concerns, such as one agent of many.
    subject: Any = None

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def messages(self) -> list[str]:
        return [self.message]

    def at(self, path: str) -> Self:
        """The same, said to concern what stands at `path`."""
        self.path = self.path or path
        return self

    def about(self, subject: Any) -> Self:
        """The same, said to concern one of several."""
        self.subject = subject
        return self


class Invalid(Refusal):
    """What was given can never be accepted as it is."""


class NotFound(Refusal):
    """What was named does not exist."""


class Conflict(Refusal):
    """It would collide with something that exists."""


class Duplicate(Conflict):
    """The name is taken."""


class Protected(Refusal):
    """It is built in, or the last of its kind."""


class InUse(Refusal):
    """Something else still needs it; `users` says what, one phrase each."""

    def __init__(self, message: str, *, users: Sequence[str] = (), field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.users = list(users)


class Forbidden(Refusal):
    """The acting user lacks the right."""


class Throttled(Refusal):
    """Too many attempts; `seconds` says how long to wait."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Busy(Refusal):
    """The database had to give up for others; the same again in `seconds` may well succeed."""

    seconds = 2


class Refusals(Invalid):
    """Several refusals at once, so that people can mend all of them in one go."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(r.message for r in refusals), field=refusals[0].field)
        self.refusals = list(refusals)

    @property
    def messages(self) -> list[str]:
        return [message for refusal in self.refusals for message in refusal.messages]

    def at(self, path: str) -> Self:
        for refusal in self.refusals:
            refusal.at(path)
        return super().at(path)


@contextmanager
def noting(refusals: list[Refusal]) -> Iterator[None]:
    """Note what is refused inside and go on, so that all of it can be said together."""
    try:
        yield
    except Refusal as refusal:
        refusals.append(refusal)


def refuse_all(refusals: Sequence[Refusal]) -> None:
    """Raise what there is to refuse: nothing, the one refusal itself, or all of them together."""
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise Refusals(refusals)
