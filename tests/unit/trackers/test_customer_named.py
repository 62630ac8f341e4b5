"""Who was hit is taken from what a tracker sends; what many people share makes no two of them one."""

import pytest

from bot.adapters.trackers.common.alerts import customer
from bot.bug.values import CustomerHint


@pytest.mark.parametrize(
    ("sent", "address", "name"),
    [
        ("mia@example.com", "mia@example.com", ""),
        (" Mia <mia@example.com>", "mia@example.com", "Mia"),
        ('"Mia B." <mia@example.com>', "mia@example.com", "Mia B."),
        ("<mia@example.com>", "mia@example.com", ""),
        ("mailto:mia@example.com", "mia@example.com", ""),
        ("mia+tag@sub.example.co.uk", "mia+tag@sub.example.co.uk", ""),
        ("mía@exämple.de", "mía@exämple.de", ""),
        ("o'neil@example.com", "o'neil@example.com", ""),
        ("'mia@example.com'", "mia@example.com", ""),
        ("write to mia@example.com.", "mia@example.com", "write to"),
        ("o'neil", "", ""),
        ("[Filtered]", "", ""),
        ("***@***", "", ""),
        ("", "", ""),
    ],
)
def test_an_address_is_found_in_what_was_sent(sent: str, address: str, name: str) -> None:
    assert customer(email=sent) == CustomerHint(email=address, name=name)


def test_a_name_of_its_own_counts_before_the_one_in_the_address() -> None:
    assert customer(email="M <mia@example.com>", name="Mia").name == "Mia"


@pytest.mark.parametrize("sent", ["[Filtered]", "[redacted]", "***", "undefined", "null", "Anonymous", "0", "10.0.0.1"])
def test_two_of_whom_nothing_is_known_are_not_one_customer(sent: str) -> None:
    one, other = customer(id=sent, name=sent), customer(id=sent, name=sent)
    assert one.id == ""
    assert not one.same(other)


@pytest.mark.parametrize("sent", ["42", "xx", "mia", "Xaver", "guest-17", "00"])
def test_an_id_or_a_name_of_somebody_stays(sent: str) -> None:
    assert (customer(id=sent).id, customer(name=sent).name) == (sent, sent)
