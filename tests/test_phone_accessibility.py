"""Whether everybody can use the phone screen, with the bot's questions and buttons on it."""

import pytest

from chat import Citizen, describe_case
from test_public_page import serious


@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_phone_screen_can_be_used_by_everybody(servers, open_page, language):
	citizen = Citizen(servers.url("emulator"))
	describe_case(citizen)
	phone = open_page(390, 844)
	phone.goto(f"{servers.url('emulator')}/?number={citizen.number}&lang={language}")
	phone.get_by_test_id("thread").locator("[data-testid=reply-button]").first.wait_for()
	assert serious(phone) == []
