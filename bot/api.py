"""All that a team's own actions, looks and adapters import from Makegood. Every other module may change with any version.

`API` is the version of this module. It rises when a file that uses it would have to be changed, and CHANGELOG.md then says
how. An action may say which version it is written for (`api = 1` in its class); under another version it is not loaded, and
`makegood actions check` says so.

**Actions.** One class a file: `SqlAction`, `SshAction` or `HttpAction`; `WorkflowRun` for a GitHub workflow; `Look` for a named
read-only query. Its fields are its parameters, its docstring is its help. Until an approver has allowed the file it is read as
text and never executed, so `risk`, `target` and `api` are written out in the class (`risk = Risk.LOW`).

**Errors.** What an action raises from this module reaches people as it is: write a sentence that says what is wrong and what to
do. `Invalid` names fields of the form, `Refused` means that it does not apply now, `NotFound` that something is not there.
Anything else that is raised is taken for a mistake in the action.

**Units.** Durations are seconds. Money is in minor units of its currency: 500 is €5. Moments carry their timezone and are UTC
where Makegood makes them. Rows that people see are text, as the database prints it.

**Adapters.** `TrackerAdapter`, `ChannelAdapter`, `BillerAdapter`, `BoardAdapter` and `ForgeAdapter` are what an entry point of your
package names (docs/trackers.md). `TrackerApi`, `Channel`, `Biller` and `Board` say what the clients owe us that `Connects` makes of
their table. `load` and `Data` read a delivery's JSON. `Unavailable`, `Rejected` and `Doubtful` tell whether a call took effect.

**Tests of an action.** `load_action(Path("actions/hide_menu.py"))` is the class in a file, `parse(cls, {"id": "13"})` the action
as a form would fill it.
"""

from bot.adapters.common.reading import Data, load
from bot.adapters.ports import (
    Biller,
    BillerAdapter,
    Board,
    BoardAdapter,
    BoardChange,
    CardRef,
    CardText,
    Channel,
    ChannelAdapter,
    Connects,
    ForgeAdapter,
    Hook,
    Known,
    Stage,
    Table,
    TrackerAdapter,
    TrackerApi,
    unsigned,
)
from bot.bug.debt.pull import Check, ChecksChange, Pull, PullChange
from bot.bug.errors import (
    Doubtful,
    Invalid,
    MakegoodError,
    Misconfigured,
    NotFound,
    Refused,
    Rejected,
    Unauthorised,
    Unavailable,
    UnknownKind,
    Unreadable,
)
from bot.bug.money import Account, Credit, Days, Grant, Money, Receipt, Terms, Upgrade
from bot.bug.values import (
    Alert,
    AlertKind,
    AlertLink,
    CustomerHint,
    Inbound,
    InboundKind,
    Outgoing,
    Sent,
    Severity,
)
from bot.production.action import (
    API,
    Action,
    FixThis,
    Follow,
    FromLook,
    FromTables,
    HttpAction,
    Look,
    Request,
    Risk,
    SqlAction,
    SshAction,
    TableName,
)
from bot.production.catalogue.catalogue import load_action
from bot.production.forms import parse
from bot.production.http.follow import EngineAction, Trace
from bot.production.http.github import WorkflowRun
from bot.production.http.rollout import Deployment
from bot.production.tables import Tables

__all__ = [
    "API",
    "Account",
    "Action",
    "Alert",
    "AlertKind",
    "AlertLink",
    "Biller",
    "BillerAdapter",
    "Board",
    "BoardAdapter",
    "BoardChange",
    "CardRef",
    "CardText",
    "Channel",
    "ChannelAdapter",
    "Check",
    "ChecksChange",
    "Connects",
    "Credit",
    "CustomerHint",
    "Data",
    "Days",
    "Deployment",
    "Doubtful",
    "EngineAction",
    "FixThis",
    "Follow",
    "ForgeAdapter",
    "FromLook",
    "FromTables",
    "Grant",
    "Hook",
    "HttpAction",
    "Inbound",
    "InboundKind",
    "Invalid",
    "Known",
    "Look",
    "MakegoodError",
    "Misconfigured",
    "Money",
    "NotFound",
    "Outgoing",
    "Pull",
    "PullChange",
    "Receipt",
    "Refused",
    "Rejected",
    "Request",
    "Risk",
    "Sent",
    "Severity",
    "SqlAction",
    "SshAction",
    "Stage",
    "Table",
    "TableName",
    "Tables",
    "Terms",
    "Trace",
    "TrackerAdapter",
    "TrackerApi",
    "Unauthorised",
    "Unavailable",
    "UnknownKind",
    "Unreadable",
    "Upgrade",
    "WorkflowRun",
    "load",
    "load_action",
    "parse",
    "unsigned",
]
