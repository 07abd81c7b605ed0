"""Every error this project raises on purpose, and the text a reader gets for it.

    ImsError                    what failed, in one sentence, and what to do next
    ├── InvalidArguments        a call that was not sent: every problem with its arguments at once
    ├── Refused                 a call that was not sent: read-only mode, or a destructive call nobody confirmed
    ├── TryLater                a call that was not done, for this server has no room for it now
    │   └── RateLimited         the cloud account's limit is used up
    ├── CredentialsError        no credentials were found, or the provider that should give them failed
    ├── ServiceError            IMS (or OSS) answered with an error: Code, HTTP status, RequestId
    ├── ConnectionFailed        no usable answer came: the network, a proxy, a cut-off or foreign body
    │   └── DeadlineExceeded    the call's one deadline passed
    └── LocalImsError           the embedded IMS could not be started or reached

Anything else that escapes is a bug, not an ImsError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PROBLEM_CHARACTERS = 8_000
"""What the problems of one call may take; the rest is counted."""


class ImsError(Exception):
    """Base of all: ``str(error)`` says what failed, ``next_step`` what the caller can do about it."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step

    def explain(self) -> str:
        """The whole text a model or a person reads."""
        return f"{self} {self.next_step}".strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one argument. ``path`` names it as the caller wrote it: ``RegisterConfig.CoverConfig``."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


class InvalidArguments(ImsError):
    """The arguments of a call break its parameter table; nothing was sent."""

    def __init__(self, subject: str, problems: list[Problem], *, next_step: str = "", unlisted: int = 0) -> None:
        """``unlisted``: problems beyond those that are listed here."""
        self.subject = subject
        self.problems = problems
        total = len(problems) + unlisted
        count = "1 problem" if total == 1 else f"{total:,} problems"
        lines, left = "", _PROBLEM_CHARACTERS
        for shown, problem in enumerate(problems):
            line = f"- {problem}\n"
            left -= len(line)
            if left < 0 and shown:
                unlisted = total - shown
                break
            lines += line
        lines = lines.rstrip("\n") + (f"\n- and {unlisted:,} more problems" if unlisted else "")
        super().__init__(
            f"{subject} was not sent: {count} with its arguments.\n{lines}",
            next_step=next_step or "Correct every line above and call again.",
        )

    def explain(self) -> str:
        """One line for each problem."""
        return f"{self}\n{self.next_step}"


class Refused(ImsError):
    """The call is not allowed as things are set (read-only mode, no confirmation); nothing was sent.

    ``reason`` says it in a word, for programs; ``is_observed`` once whoever watches calls has heard of it.
    """

    def __init__(self, message: str, *, next_step: str = "", reason: str = "refused") -> None:
        super().__init__(message, next_step=next_step)
        self.reason = reason
        self.is_observed = False


class TryLater(ImsError):
    """There is no room for the call now; nothing was sent. The same call may go through ``retry_after_seconds`` later,
    which programs are told beside the text."""

    def __init__(self, message: str, *, next_step: str, retry_after_seconds: int) -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after_seconds = retry_after_seconds


class RateLimited(TryLater):
    """The limit of the cloud account is used up for longer than the call may take; nothing was sent."""

    def __init__(self, operation: str, retry_after_seconds: int) -> None:
        super().__init__(
            f"{operation} was not sent: the limit of this cloud account is used up by calls that wait before it.",
            next_step=f"Nothing was sent. Call again in {retry_after_seconds} s, with fewer calls at once.",
            retry_after_seconds=retry_after_seconds,
        )


class CredentialsError(ImsError):
    """No credentials, or their provider failed. The text never holds a part of a credential."""


# Codes with "NotFound", often with the status 404, that say nothing of what was asked for.
_OF_THE_CALLER = ("InvalidAccessKeyId", "InvalidSecurityToken", "InvalidAction", "InvalidApi", "InvalidVersion")
_NOT_FOUND = re.compile("NotFound|NotExist|NoSuch", re.IGNORECASE)


class ServiceError(ImsError):
    """IMS answered with an error body.

    ``code`` is the service's own (``MediaAlreadyExist``), ``request_id`` what Alibaba Cloud support asks for.
    """

    def __init__(
        self,
        operation: str,
        *,
        code: str,
        service_message: str,
        http_status: int,
        request_id: str = "",
        recommend: str = "",
        cause: str = "",
        next_step: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"{operation} failed: {code} (HTTP {http_status}): {service_message}", next_step=next_step)
        self.operation = operation
        self.code = code
        self.service_message = service_message
        self.http_status = http_status
        self.request_id = request_id
        self.recommend = recommend
        self.cause = cause
        self.retry_after_seconds = retry_after_seconds

    @property
    def refuses_caller(self) -> bool:
        """Whether these credentials may not ask this at all, or not in this way: nothing is said of the thing."""
        return self.http_status in (401, 403) or self.code.startswith(_OF_THE_CALLER)

    @property
    def is_not_found(self) -> bool:
        """Whether the service knows nothing under the id or address it was asked for."""
        return not self.refuses_caller and (self.http_status == 404 or bool(_NOT_FOUND.search(self.code)))

    def explain(self) -> str:
        """With RequestId, likely cause, next step and diagnosis on lines of their own."""
        lines = [str(self)]
        if self.request_id:
            lines.append(f"RequestId: {self.request_id}")
        if self.cause:
            lines.append(f"Likely cause: {self.cause}")
        if self.next_step:
            lines.append(f"Next: {self.next_step}")
        if self.recommend:
            lines.append(f"Diagnosis: {self.recommend}")
        return "\n".join(lines)


class ConnectionFailed(ImsError):
    """No usable answer came back.

    ``maybe_done`` is True where the request may have reached the service: a write is then not sent again, and the
    text says how to find out what happened.
    """

    def __init__(self, message: str, *, maybe_done: bool, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.maybe_done = maybe_done


class DeadlineExceeded(ConnectionFailed):
    """The call's one deadline passed before an answer came."""


class LocalImsError(ImsError):
    """The embedded IMS could not be started or reached."""
