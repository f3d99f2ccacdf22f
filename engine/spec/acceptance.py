"""Whether a value fits a schema of ours, by jsonschema-rs: in a hundredth of the time that jsonschema takes to find nothing wrong.

Why a value does not fit is jsonschema's to say: `refusals`. Imports `spec.model`; imported by `spec.schema` and `spec.shortcuts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from jsonschema_rs import Draft202012Validator

from engine.spec.model import Json

Fits: TypeAlias = Callable[[Json], bool]


def acceptance(schema: Mapping[str, Json], formats: Mapping[str, Fits]) -> Fits:
    """What says whether a value fits; whatever jsonschema-rs can't take (half of a surrogate pair, say) does not."""

    class Format:
        """The keyword: its own formats are asked about texts only, ours are about numbers too."""

        def __init__(self, _schema: Any, name: str, _path: Any) -> None:
            self.check = formats.get(name)

        def validate(self, value: Json) -> None:
            if self.check is not None and not self.check(value):
                raise ValueError

    validator = Draft202012Validator(dict(schema), keywords={"format": Format})

    def fits(value: Json) -> bool:
        try:
            return validator.is_valid(value)
        except ValueError:
            return False

    return fits
