"""Properties are tried on the same examples in every run, and no example is judged by the speed of the machine."""

from hypothesis import settings

settings.register_profile("strowger", deadline=None, derandomize=True)
settings.load_profile("strowger")
