"""What botocore's model of the SWF API says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, StringShape, StructureShape
from botocore.validate import ParamValidator


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("swf")


def enum_of(shape: str) -> set[str]:
    found = _model().shape_for(shape)
    assert isinstance(found, StringShape)
    return set(found.enum)


def members_of(shape: str) -> set[str]:
    found = _model().shape_for(shape)
    assert isinstance(found, StructureShape)
    return set(found.members)


def complaints_about(decisions: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the shapes of these decisions; nothing: an empty text."""
    shape = _model().operation_model("RespondDecisionTaskCompleted").input_shape
    assert shape is not None
    report = ParamValidator().validate({"taskToken": "t", "decisions": list(decisions)}, shape)
    return str(report.generate_report())
