"""[[user]]: people who may ask the exchange for something through the control interface."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from core.config.model.kinds import Effect, Language, Many, MaybeNumber, Name, Table, mistake, setting

Account = Annotated[str, StringConstraints(max_length=32, pattern=r"^([a-z_][a-z0-9_-]*)?$")]


class User(Table):
    """A person or a program, known by its account on this machine."""

    removed = Effect.NOW

    name: Name = setting("Who it is, in the audit trail and on screens.", effect=Effect.NOW)
    role: Literal["installer", "administrator", "supervisor", "agent", "auditor"] = setting(
        '"installer": lines and cards too; "administrator": everything but those; "supervisor": calls and people; '
        '"agent": own calls; "auditor": sees, changes nothing.',
        effect=Effect.NOW,
    )
    unix_user: Account = setting('Account on this machine; "": by group.', "", effect=Effect.NOW)
    unix_group: Account = setting('Everybody of this group on this machine; "": by account.', "", effect=Effect.NOW)
    station: MaybeNumber = setting(
        'Station of the person, whose calls an agent may handle; "": none.', "", effect=Effect.NOW
    )
    groups: Many[str] = setting(
        "Groups of agents whom a supervisor looks after: he acts for no others. None: all.", (), effect=Effect.NOW
    )
    language: Language = setting('Of messages to this person; "": that of the box.', "", effect=Effect.NOW)

    @model_validator(mode="after")
    def _account_or_group(self) -> User:
        if bool(self.unix_user) == bool(self.unix_group):
            raise mistake('Give either "unix_user" or "unix_group": it is how the user is known.')
        return self
