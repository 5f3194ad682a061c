"""Refusing a whole request, as problem details of RFC 9457."""

from __future__ import annotations

from fieldkit.protocol.messages.sync import Problem


class Refusal(Exception):
    """The request is answered with a problem instead of a message."""

    def __init__(self, problem: Problem, *, retry_after: int | None = None) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.retry_after = retry_after
        """Seconds after which the client may try again."""

    @property
    def code(self) -> str:
        """The problem in one word, for programs."""
        return self.problem.type.rpartition("/")[2]


def refusal(
    code: str, status: int, title: str, detail: str = "", *, retry_after: int | None = None
) -> Refusal:
    """Make a refusal: a code for programs, and for people a sentence and what to do."""
    problem = Problem(type=f"/problems/{code}", title=title, status=status, detail=detail)
    return Refusal(problem, retry_after=retry_after)


def log_mismatch(code: str, title: str, expected: int, head: bytes) -> Refusal:
    """Make the refusal of a log that differs from the server's.

    ``expected``: the seq that the server expects next. ``head``: its head before that.
    """
    return Refusal(
        Problem(
            type=f"/problems/{code}",
            title=title,
            status=409,
            expected=expected,
            head=head.hex(),
        )
    )
