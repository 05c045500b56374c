"""What takes a call, one kind a file: `async def take(call, target)`, run on behalf of the calling party.

It returns when somebody has answered, or the service is done with the caller; raises Refused when the call cannot be;
and is cancelled when the caller goes. What it holds then it gives back in `finally`.
"""
