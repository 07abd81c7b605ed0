"""Whether traces and metrics are wanted, by OpenTelemetry's variables, and where they go. Imports nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ims_mcp.telemetry.providers import Telemetry

Signal = Literal["traces", "metrics"]
Exporter = Literal["otlp", "console"]
_SIGNALS: tuple[Signal, ...] = ("traces", "metrics")
_PROPAGATORS = "OTEL_PROPAGATORS"
_PROTOCOL = "http/protobuf"

logger = logging.getLogger("ims_mcp.telemetry")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where each signal goes; nowhere, if it is empty. ``problems``: what was asked for and cannot be had."""

    traces: tuple[Exporter, ...] = ()
    metrics: tuple[Exporter, ...] = ()
    problems: tuple[str, ...] = ()


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Whether any variable says so."""
    chosen = choose_exporters(environ)
    return bool(chosen.traces or chosen.metrics or chosen.problems)


def choose_exporters(environ: Mapping[str, str]) -> Chosen:
    """By ``OTEL_TRACES_EXPORTER`` and ``OTEL_METRICS_EXPORTER``; unset, a signal is sent where an endpoint is named for
    it. Nothing is sent to a collector that nobody named."""
    if _read(environ, "OTEL_SDK_DISABLED").lower() == "true":
        return Chosen()
    found: dict[Signal, tuple[Exporter, ...]] = {}
    problems: list[str] = []
    for signal in _SIGNALS:
        found[signal] = _choose(environ, signal, problems)
    return Chosen(found["traces"], found["metrics"], tuple(problems))


def leave_out_propagators(environ: MutableMapping[str, str]) -> None:
    """Take out of ``OTEL_PROPAGATORS`` what is not installed: with it OpenTelemetry's API, and so the MCP SDK, cannot
    be imported, whether anything is traced or not. To be called before that."""
    if not _read(environ, _PROPAGATORS):
        return
    names = [name.strip() for name in environ[_PROPAGATORS].split(",")]
    installed = {each.name for each in entry_points(group="opentelemetry_propagator")}
    kept = [name for name in names if name in installed or name.lower() == "none"]
    if kept != names:
        environ[_PROPAGATORS] = ",".join(kept) or "none"
        logger.warning("%s names what is not installed, which is left out", _PROPAGATORS)


def _choose(environ: Mapping[str, str], signal: Signal, problems: list[str]) -> tuple[Exporter, ...]:
    variable, of_signal = f"OTEL_{signal.upper()}_EXPORTER", f"OTEL_EXPORTER_OTLP_{signal.upper()}"
    is_aimed = _read(environ, "OTEL_EXPORTER_OTLP_ENDPOINT") or _read(environ, f"{of_signal}_ENDPOINT")
    names = _read(environ, variable) or ("otlp" if is_aimed else "none")
    chosen: list[Exporter] = []
    for name in filter(None, map(str.strip, names.lower().split(","))):
        match name:
            case "none":
                continue
            case "console":
                chosen.append("console")
            case "otlp":
                protocol = _read(environ, f"{of_signal}_PROTOCOL") or _read(environ, "OTEL_EXPORTER_OTLP_PROTOCOL")
                if protocol and protocol != _PROTOCOL:
                    problems.append(f"OTLP is sent as {_PROTOCOL} only: no {signal} are sent")
                else:
                    chosen.append("otlp")
            case _:
                problems.append(f"{variable} names something else than otlp, console and none")
    return tuple(dict.fromkeys(chosen))


def start_telemetry(environ: Mapping[str, str]) -> Telemetry | None:
    """Blocks while it imports OpenTelemetry. Raises nothing: None, and a warning, where it cannot be had."""
    chosen = choose_exporters(environ)
    for problem in chosen.problems:
        logger.warning("traces and metrics: %s", problem)
    if not (chosen.traces or chosen.metrics):
        return None
    try:
        from ims_mcp.telemetry.providers import Telemetry

        return Telemetry(chosen, environ)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(("opentelemetry", "google")):
            raise
        logger.warning(
            'traces and metrics were asked for (OTEL_…), but OpenTelemetry is missing: pip install "ims-mcp[otel]"'
        )
    except Exception as error:  # of a variable that it cannot read, most likely
        logger.warning("traces and metrics are off: OpenTelemetry does not start", extra={"why": repr(error)})
    return None


def _read(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()
