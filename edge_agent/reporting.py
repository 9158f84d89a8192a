"""Observation -> event: the only place where what a device saw or did becomes a body of the wire.

A new event type is one function here, one model in sync/events, one handler in the hub.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A till reports too, and holds no OpenCV.
    pass
