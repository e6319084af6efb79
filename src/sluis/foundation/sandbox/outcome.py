"""How a run can fail, said so that the owner of the file knows what to do."""

from sluis.foundation.sandbox.limits import Limits
from sluis.kernel.errors import Conflict, Invalid, SluisError, Unavailable
from sluis.kernel.text import N_


class SandboxFailure(SluisError):
    """The run itself failed; the entry did not get to say what was wrong with the file."""


class TooMuchMemory(SandboxFailure, Invalid):
    def __init__(self, limits: Limits) -> None:
        super().__init__(
            "sandbox.memory",
            N_("Het bestand kostte te veel geheugen om te lezen (meer dan {limit} MB)."),
            way_out=N_("Splits het bestand in kleinere delen, of lever het aan als CSV of Parquet."),
            limit=limits.memory_mb,
        )


class TookTooLong(SandboxFailure, Invalid):
    def __init__(self, limits: Limits) -> None:
        super().__init__(
            "sandbox.time",
            N_("Het lezen van het bestand duurde te lang en is gestopt (meer dan {limit} seconden)."),
            way_out=N_("Splits het bestand in kleinere delen, of lever het aan als CSV of Parquet."),
            limit=round(min(limits.cpu_seconds, limits.wall_seconds)),
        )


class TooMuchOutput(SandboxFailure, Invalid):
    def __init__(self, limits: Limits) -> None:
        super().__init__(
            "sandbox.output",
            N_("Het bestand wordt uitgepakt te groot (meer dan {limit} MB)."),
            way_out=N_("Splits het bestand in kleinere delen."),
            limit=limits.output_mb,
        )


class NoRoom(SandboxFailure, Unavailable):
    """Waiting does not make room, and each attempt would fill the disk for others."""

    def __init__(self) -> None:
        super().__init__(
            "sandbox.no-room",
            N_("De schijf van deze server is vol."),
            way_out=N_("Vraag de beheerder om ruimte te maken, en probeer het dan opnieuw."),
            passes=False,
        )


class Stopped(SandboxFailure, Conflict):
    """Whoever asked for the run does not want it any more."""

    def __init__(self) -> None:
        super().__init__("sandbox.stopped", N_("Dit is gestopt."))


class Crashed(SandboxFailure, Invalid):
    """`trace` is for the log of the operator: the last lines the child wrote. Never show it to the reader."""

    def __init__(self, trace: str = "") -> None:
        super().__init__(
            "sandbox.crash",
            N_("Het lezen van het bestand liep vast. Waarschijnlijk is het bestand beschadigd."),
            way_out=N_(
                "Open het bestand in het programma waarmee het is gemaakt, sla het opnieuw op en probeer het dan."
            ),
        )
        self.trace = trace


class NoSandbox(SandboxFailure, Unavailable):
    def __init__(self, missing: str) -> None:
        super().__init__(
            "sandbox.unavailable",
            N_("Deze server kan bestanden niet veilig afgeschermd lezen ({missing} ontbreekt)."),
            way_out=N_("Vraag de beheerder om `sluis doctor` te draaien."),
            missing=missing,
            passes=False,
        )
