"""What a line plays and sends in its country, where it is more than one tone."""

from __future__ import annotations

import numpy as np
import pytest

from hw.signalling.line import Party, Presentation
from hw.sounds import CountrySounds
from hw.tones import Tone

pytestmark = pytest.mark.native


@pytest.mark.parametrize("presentation", [Presentation.RESTRICTED, Presentation.UNAVAILABLE])
def test_who_withholds_his_number_is_not_told_by_dtmf_either(presentation: Presentation) -> None:
    sent = CountrySounds().caller(Party("13800138000", presentation=presentation), "dtmf")
    for tone in sent:
        assert isinstance(tone, Tone)
        assert not np.any(np.array(tone.preview(3000)))


def test_who_shows_his_number_is_told() -> None:
    (tone,) = CountrySounds().caller(Party("13800138000"), "dtmf")
    assert isinstance(tone, Tone)
    assert np.any(np.array(tone.preview(3000)))
