"""Where moto's server does otherwise than the documentation says: case -> reason.

A case that is here and passes fails the suite: moto has learnt it, and its line goes. `name` stands for all of a case's parameters,
`name[parameter]` for one.
"""

from __future__ import annotations

from collections.abc import Mapping

OF_MOTO: Mapping[str, str] = {}
