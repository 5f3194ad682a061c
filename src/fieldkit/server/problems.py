"""Why a whole request is refused, as problem details of RFC 9457."""

from __future__ import annotations

from fieldkit.protocol.messages import Problem


class Refusal(Exception):
    """A request that is answered by a problem instead of a message."""

    def __init__(self, problem: Problem, *, retry_after: int | None = None) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.retry_after = retry_after
        """Seconds after which it is worth another try."""

    @property
    def word(self) -> str:
        """The one word for programs."""
        return self.problem.type.rpartition("/")[2]


def refusal(
    word: str, status: int, title: str, detail: str = "", *, retry_after: int | None = None
) -> Refusal:
    """Make a refusal: one word for programs, a sentence and what to do for people."""
    problem = Problem(type=f"/problems/{word}", title=title, status=status, detail=detail)
    return Refusal(problem, retry_after=retry_after)


def unfitting(word: str, title: str, expected: int, head: bytes) -> Refusal:
    """Make the refusal of a log that does not fit: what is expected, and the head before that."""
    return Refusal(
        Problem(
            type=f"/problems/{word}",
            title=title,
            status=409,
            expected=expected,
            head=head.hex(),
        )
    )
