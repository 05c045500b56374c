"""[[database]]: tables of the office that flows ask: orders, customers, balances."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from core.config.model.kinds import Name, Table, mistake, setting

Path = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Word = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]


class Database(Table):
    """One database, in a file of the box or on another machine."""

    name: Name = setting("What flows call it.")
    kind: Literal["sqlite", "postgresql", "mysql"] = setting("What keeps it.", "sqlite")
    file: Path = setting('With sqlite: its file; a relative path is below [box] data. "": none.', "")
    host: Word = setting("Else: the machine that it runs on.", "localhost")
    port: int = setting("Its port there; 0: the usual one.", 0, ge=0, le=65535)
    database: Word = setting("The name of the database there.", "")
    user: Word = setting("As whom the box comes.", "")
    password_file: Path = setting(
        'A file whose first line is the password; a relative path is below [box] data. "": none is needed.', ""
    )
    read_only: bool = setting("Flows may look there and change nothing.", True)
    connections: int = setting("So many statements run there at once; others wait.", 8, ge=1, le=64)

    @model_validator(mode="after")
    def _somewhere(self) -> Database:
        if self.kind == "sqlite" and not self.file:
            raise mistake("A database of kind sqlite needs its file.")
        if self.kind != "sqlite" and not self.database:
            raise mistake("Name the database on that machine.")
        return self
