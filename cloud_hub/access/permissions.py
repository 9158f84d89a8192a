"""What one may see and do, and which role may: the one table that pages, API, pictures, metrics and
actions ask, through `Viewer.may` and `Viewer.require`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from device_profiles.store import LoginRole


class Permission(StrEnum):
    """One thing that a login or token may see or do. Its value completes "may not …"."""

    SEE_HOME = "see-home"
    SEE_FOOTFALL = "see-footfall"
    """The page that compares the stores' people."""
    SEE_STORE = "see-store"
    SEE_SHELF = "see-shelf"
    """Fixtures: what stands there, its photos, and the figures made of them."""
    SEE_BRAND = "see-brand"
    SEE_FLEET = "see-fleet"
    SEE_DEVICE = "see-device"
    """One device: its accounts, losses, alarms, and where each of its records is."""
    SEE_TASKS = "see-tasks"
    SEE_INCIDENTS = "see-incidents"
    """What went wrong together with devices and the network, and who was told."""
    SEE_ROLLOUTS = "see-rollouts"
    """Which versions of signed files are on their way to devices, and when none is asked."""
    SEE_STORES = "see-stores"
    """The list of stores as they are set up."""
    SEE_DEVICES = "see-devices"
    """The list of devices as they are set up."""
    SEE_LOGINS = "see-logins"
    """Who may sign in, and which programs have tokens."""
    SEE_REVIEW = "see-review"
    """Questions about pictures."""

    SEE_TRAFFIC = "see-traffic"
    """Figures of doors, zones and queues."""
    SEE_SALES = "see-sales"
    """Figures of receipts."""
    SEE_SELL_OUT = "see-sell-out"
    """Units sold; for a brand, of its own goods."""
    SEE_STOCK = "see-stock"
    """The stock ledger's balances."""
    SEE_CONTROL = "see-control"
    """What devices were told to do and to be; which signed files there are for them."""
    SEE_LINK = "see-link"
    """The link's accounts of the whole chain, refused messages, the list of dead letters."""
    SEE_METRICS = "see-metrics"
    """The hub's own counters, for Prometheus."""

    ANSWER_TASKS = "answer-tasks"
    ANSWER_REVIEW = "answer-review"
    KEEP_INCIDENTS = "keep-incidents"
    """Acknowledge and snooze them."""
    COMMAND_DEVICES = "command-devices"
    """Commands and desired state."""
    ENROL_DEVICES = "enrol-devices"
    """Set a device up: make, change, retire it, let it be claimed (once more)."""
    MANAGE_ARTIFACTS = "manage-artifacts"
    """Say which devices take which signed file, and when nothing new is asked of any."""
    APPROVE_ROLLOUTS = "approve-rollouts"
    """Let go on what another login has asked of devices."""
    READ_DEAD_LETTERS = "read-dead-letters"
    """Read and take again what could not be taken; it may name shoppers."""
    SEE_REVEALS = "see-reveals"
    """What was shown or saved to whom."""
    EDIT_MASTER_DATA = "edit-master-data"
    """Stores, products, prices, plans, devices, pictures of products."""
    MANAGE_LOGINS = "manage-logins"
    """Make, change, disable and remove logins and tokens of roles that may do no more."""
    GIVE_ANY_ROLE = "give-any-role"
    """… and of every role."""
    SEE_AS_OTHERS = "see-as-others"
    """Look through another role's eyes."""


_P = Permission
_OFFICE: Final = frozenset(
    {_P.SEE_STORE, _P.SEE_SHELF, _P.SEE_TRAFFIC, _P.SEE_SALES, _P.SEE_SELL_OUT, _P.SEE_STOCK}
)
_DEVICES: Final = frozenset({_P.SEE_FLEET, _P.SEE_DEVICE})
_TASKS: Final = frozenset({_P.SEE_TASKS, _P.ANSWER_TASKS})
_INCIDENTS: Final = frozenset({_P.SEE_INCIDENTS, _P.KEEP_INCIDENTS})
_REVIEW: Final = frozenset({_P.SEE_REVIEW, _P.ANSWER_REVIEW})
OF_SEVERAL_STORES: Final = frozenset({_P.SEE_HOME, _P.SEE_FOOTFALL})
"""What compares stores: also for a store login that has more than one."""

PERMISSIONS: Final[Mapping[LoginRole, frozenset[Permission]]] = {
    LoginRole.HEAD_OFFICE: _OFFICE
    | _DEVICES
    | _TASKS
    | _REVIEW
    | OF_SEVERAL_STORES
    | {
        _P.SEE_BRAND,
        _P.SEE_STORES,
        _P.SEE_DEVICES,
        _P.SEE_CONTROL,
        _P.SEE_LINK,
        _P.SEE_AS_OTHERS,
        _P.SEE_LOGINS,
        _P.SEE_ROLLOUTS,
        _P.ENROL_DEVICES,
        _P.EDIT_MASTER_DATA,
        _P.MANAGE_LOGINS,
    },
    LoginRole.IT: _OFFICE
    | _DEVICES
    | _TASKS
    | _INCIDENTS
    | OF_SEVERAL_STORES
    | {
        _P.SEE_CONTROL,
        _P.SEE_LINK,
        _P.SEE_METRICS,
        _P.SEE_STORES,
        _P.SEE_DEVICES,
        _P.SEE_LOGINS,
        _P.COMMAND_DEVICES,
        _P.ENROL_DEVICES,
        _P.SEE_ROLLOUTS,
        _P.MANAGE_ARTIFACTS,
        _P.APPROVE_ROLLOUTS,
        _P.READ_DEAD_LETTERS,
        _P.SEE_REVEALS,
        _P.EDIT_MASTER_DATA,
        _P.MANAGE_LOGINS,
        _P.GIVE_ANY_ROLE,
    },
    LoginRole.TECHNICIAN: _DEVICES
    | _TASKS
    | _INCIDENTS
    | {
        _P.SEE_DEVICES,
        _P.SEE_CONTROL,
        _P.SEE_LINK,
        _P.SEE_ROLLOUTS,
        _P.COMMAND_DEVICES,
        _P.ENROL_DEVICES,
        _P.MANAGE_ARTIFACTS,
        _P.APPROVE_ROLLOUTS,
    },
    LoginRole.STORE: _OFFICE | _DEVICES | _TASKS | _REVIEW,
    LoginRole.BRAND: _REVIEW | {_P.SEE_BRAND, _P.SEE_SHELF, _P.SEE_SELL_OUT},
}
"""Who may what. Which stores, which brand: see `access.grants` and `access.viewer.scope_of`."""

OF_THE_WHOLE_CHAIN: Final = frozenset(
    {
        _P.SEE_LINK,
        _P.SEE_METRICS,
        _P.SEE_LOGINS,
        _P.SEE_ROLLOUTS,
        _P.MANAGE_ARTIFACTS,
        _P.APPROVE_ROLLOUTS,
        _P.READ_DEAD_LETTERS,
        _P.SEE_REVEALS,
        _P.EDIT_MASTER_DATA,
        _P.MANAGE_LOGINS,
        _P.GIVE_ANY_ROLE,
    }
)
"""What cannot be divided by store: nothing for a login that is bound to some stores."""

OF_PEOPLE: Final = frozenset(
    {_P.ANSWER_TASKS, _P.ANSWER_REVIEW, _P.SEE_AS_OTHERS, _P.APPROVE_ROLLOUTS}
)
"""What no token may: published figures rest on what people saw, and two of them are two."""

ACTS: Final = OF_PEOPLE | {
    _P.KEEP_INCIDENTS,
    _P.COMMAND_DEVICES,
    _P.ENROL_DEVICES,
    _P.MANAGE_ARTIFACTS,
    _P.READ_DEAD_LETTERS,
    _P.EDIT_MASTER_DATA,
    _P.MANAGE_LOGINS,
    _P.GIVE_ANY_ROLE,
}
"""What a token may only if it may write, and who looks through other eyes only if he may himself.
Dead letters are read with a writing token only, because they may name shoppers."""
