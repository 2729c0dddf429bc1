"""Signatures of callbacks: the provider's own examples, and nothing that is not exactly one of them."""

import random
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_adapters.messaging.signatures import ADDRESS, RECEIPTS, SIGNATURE, TEXTS, TwilioSignatures, signature
from hsched_core.domain.inbox import Delivery, Reception

TOKEN, OLDER = "12345", "54321"
ADDRESS_OF_TEXTS = "https://practice.example/texts/inbound"
SID = f"SM{'0' * 32}"
FIELDS = {"MessageSid": SID, "From": "+12125550123", "To": "+12125550100", "Body": "¿Puedo cambiar? 🙂", "NumMedia": "0"}
VERIFIER = TwilioSignatures(lambda: (TOKEN, OLDER))


def verified(fields: dict[str, str], signed: str, address: str = ADDRESS_OF_TEXTS, source: str = TEXTS) -> Delivery | Reception:
    return VERIFIER.verify(source, {SIGNATURE: signed, ADDRESS: address}, urlencode(fields).encode())


def test_the_providers_own_examples() -> None:
    """The first is from its documentation; the second was computed by its library (twilio 9.13.0), with letters beyond ASCII."""
    documented = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212"}
    assert signature(TOKEN, "https://mycompany.com/myapp.php?foo=1&bar=2", documented) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="

    theirs = {"MessageSid": SID, "From": "+12125550123", "To": "+12125550100", "Body": "¿Puedo cambiar? 🙂", "NumMedia": "0"}
    assert signature(TOKEN, "https://practice.example/sms/inbound", theirs) == "LUjWRBiswdk2hq57yblUF8ANNkg="


@pytest.mark.parametrize("token", [TOKEN, OLDER])
def test_each_of_the_accounts_tokens_is_good(token: str) -> None:
    """That is rotation."""
    assert isinstance(verified(FIELDS, signature(token, ADDRESS_OF_TEXTS, FIELDS)), Delivery)


def test_a_repetition_with_other_trimmings_is_the_same_message() -> None:
    """A fallback tells of the first failure too; other words under the name are another message."""
    again, other = FIELDS | {"ErrorCode": "11200", "ErrorUrl": "https://x.example"}, FIELDS | {"Body": "STOP"}
    first, second, third = (verified(one, signature(TOKEN, ADDRESS_OF_TEXTS, one)) for one in (FIELDS, again, other))

    assert first == second
    assert isinstance(first, Delivery)
    assert isinstance(third, Delivery)
    assert first.id != third.id


def test_an_empty_body_and_missing_fields_are_kept_for_who_reads_them() -> None:
    """The sender is who they say: they must not come again for ever."""
    assert isinstance(verified({"a": "b"}, signature(TOKEN, ADDRESS_OF_TEXTS, {"a": "b"})), Delivery)


def test_what_is_no_form_is_refused() -> None:
    """Nor one with a name twice: nobody knows which is meant."""
    for body in (b"", b"{}", b"a", b"Body=%ff%fe", "Body=é".encode(), b"Body=1&Body=2", b"&".join(b"f%d=1" % n for n in range(500))):
        headers = {SIGNATURE: signature(TOKEN, ADDRESS_OF_TEXTS, {"Body": "1"}), ADDRESS: ADDRESS_OF_TEXTS}
        assert VERIFIER.verify(TEXTS, headers, body) is Reception.SIGNATURE


@given(st.integers(0, 2**32 - 1))
def test_no_mutation_is_accepted(seed: int) -> None:
    """Of signature, address, a name, a value, or the order of letters."""
    chance = random.Random(seed)
    signed, address, fields = signature(TOKEN, ADDRESS_OF_TEXTS, FIELDS), ADDRESS_OF_TEXTS, dict(FIELDS)
    kind = chance.randrange(6)
    name = chance.choice(sorted(fields))
    if kind == 0:
        place = chance.randrange(len(signed))
        signed = signed[:place] + chance.choice("AZaz09+/= \n") + signed[place + 1 :]
    elif kind == 1:
        address = chance.choice([address + "/", address + "?", address.replace("https", "http"), address.replace("practice", "practise")])
    elif kind == 2:
        fields[name] += chance.choice(["0", " ", "\x00", "é"])
    elif kind == 3:
        fields[name + "x"] = fields.pop(name)
    elif kind == 4:
        fields["Added"] = "1"
    else:
        del fields[name]
    found = verified(fields, signed, address)
    is_same = (signed, address, fields) == (signature(TOKEN, ADDRESS_OF_TEXTS, FIELDS), ADDRESS_OF_TEXTS, FIELDS)

    assert isinstance(found, Delivery) == is_same


def test_a_signature_of_another_form_is_none() -> None:
    """Twice, without its end, with a space, of another length."""
    good = signature(TOKEN, ADDRESS_OF_TEXTS, FIELDS)
    for one in ("", good[:-1], good + "=", f" {good}", f"{good}, {good}", good.lower() + "x", "é" * 28):
        assert isinstance(verified(FIELDS, one), Reception)


def test_a_receipt_names_its_case_by_its_address() -> None:
    """The signature covers the address, so nobody moves a receipt to another case."""
    case = "0a" * 16
    address, fields = f"https://practice.example/texts/status/{case}", {"MessageSid": SID, "MessageStatus": "delivered"}
    signed = signature(TOKEN, address, fields)
    found = verified(fields, signed, address, RECEIPTS)

    assert isinstance(found, Delivery)
    assert f'"case":"{case}"'.encode() in found.body
    assert verified(fields, signed, address.replace("0a", "0b"), RECEIPTS) is Reception.SIGNATURE
