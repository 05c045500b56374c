"""Services of the telephone, one kind a file. Each has the acts of the control interface and the feature codes of it.

    CODES: dict[str, Code]      by the field of [features]: async def code(call, station, arguments) -> str | None

A code runs as the routine of the call that dialled it. It returns the name of the prompt that says what has happened,
or None when it has made something else of the call; Refused says what cannot be. features.py finds the code.
"""
