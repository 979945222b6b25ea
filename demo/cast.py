"""The cast: the same people in the demo and in every test. Numbers are set aside for stories (Ofcom)."""

from dataclasses import dataclass, field
from datetime import time

from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from mentors import actions
from mentors.models import Champion, Pairing, Participant, Referral
from messaging.models import Conversation
from partners.models import Membership, Office, Organisation, Programme
from sms.actions import find_or_add, verify

Role = Membership.Role
PASSWORD = "up-the-hill-together"  # noqa: S105  (for localhost: load_demo refuses to run anywhere else)
MIDNIGHT = time(0)


@dataclass(repr=False)
class Cast:
    """Everybody, by first name. Staff are users; Ben, Dev, Nia and Hana are participants."""

    trentside: Programme
    aotearoa: Programme
    priya: User
    sam: User
    omar: User
    kit: User
    rhys: User
    elin: User
    mere: User
    alice: Champion
    carol: Champion
    tama: Champion
    ben: Participant
    dev: Participant
    nia: Participant
    hana: Participant
    pairing: Pairing
    dev_pairing: Pairing
    hana_pairing: Pairing
    waiting: Referral
    conversation: Conversation
    dev_conversation: Conversation
    hana_conversation: Conversation
    offices: list[Office] = field(default_factory=list)

    @property
    def staff(self) -> list[User]:
        champions = [self.alice.user, self.carol.user, self.tama.user]
        return [*champions, self.priya, self.sam, self.omar, self.kit, self.rhys, self.elin, self.mere]


def make_cast() -> Cast:
    """Two programmes and everybody in them. Writes rows; call it once, on an empty database."""
    trentside, aotearoa = _programmes()
    bridge = Office.objects.create(programme=trentside, name="Bridge Street")
    canal = Office.objects.create(programme=trentside, name="Canal Side")
    riccarton = Office.objects.create(programme=aotearoa, name="Riccarton")

    priya = _staff("Priya", "101", trentside, Role.LEAD)
    sam = _staff("Sam", "102", trentside, Role.SAFEGUARDING)
    mere = _staff("Mere", "109", aotearoa, Role.LEAD)
    alice = _champion("Alice", "103", trentside, bridge, "Lost a home once, and found one.")
    carol = _champion("Carol", "104", trentside, canal, "Raised two girls through it.")
    tama = _champion("Tama", "110", aotearoa, riccarton, "Back on the marae, back at work.")

    ben = _referred(priya, trentside, "Ben", "112", bridge)
    dev = _referred(priya, trentside, "Dev", "118", bridge, reads=Participant.Reads.WEB)
    nia = _referred(priya, trentside, "Nia", "127", canal, asked_for="Evenings. Someone who has lost a home.")
    hana = _referred(mere, aotearoa, "Hana", "131", riccarton)
    pairing = _paired(priya, ben, alice)
    dev_pairing = _paired(priya, dev, alice)
    hana_pairing = _paired(mere, hana, tama)
    return Cast(
        trentside=trentside,
        aotearoa=aotearoa,
        priya=priya,
        sam=sam,
        omar=_staff("Omar", "105", trentside, Role.OFFICER),
        kit=_staff("Kit", "106", trentside, Role.KEY_WORKER),
        rhys=_staff("Rhys", "107", trentside, Role.POLICE),
        elin=_editor("Elin", "108"),
        mere=mere,
        alice=alice,
        carol=carol,
        tama=tama,
        ben=ben.participant,
        dev=dev.participant,
        nia=nia.participant,
        hana=hana.participant,
        pairing=pairing,
        dev_pairing=dev_pairing,
        hana_pairing=hana_pairing,
        waiting=nia,
        conversation=pairing.conversation,
        dev_conversation=dev_pairing.conversation,
        hana_conversation=hana_pairing.conversation,
        offices=[bridge, canal, riccarton],
    )


def _programmes() -> tuple[Programme, Programme]:
    """One in England, one in Aotearoa: nobody of one sees anything of the other."""
    trust = Organisation.objects.create(name="Trentside Recovery Trust")
    roopu = Organisation.objects.create(name="Te Ara Hou Trust")
    trentside = Programme.objects.create(organisation=trust, name="Trentside", holiday_region="ENG")
    aotearoa = Programme.objects.create(
        organisation=roopu,
        name="Te Ara Hou",
        country="NZ",
        language="mi",
        time_zone="Pacific/Auckland",
        text_number="+447700900001",
        holiday_region="CAN",
    )
    return trentside, aotearoa


def _user(name: str, ending: str, **fields: str) -> User:
    user = User.objects.create_staff(
        email=f"{name.lower()}@handrail.example",
        password=PASSWORD,
        name=name,
        phone=find_or_add(f"+447700900{ending}"),
        **fields,
    )
    TOTPDevice.objects.create(user=user, name="Authenticator", confirmed=True)
    return user


def _staff(name: str, ending: str, programme: Programme, role: Membership.Role) -> User:
    user = _user(name, ending, time_zone=programme.time_zone, country=programme.country)
    Membership.objects.create(user=user, programme=programme, role=role)
    return user


def _editor(name: str, ending: str) -> User:
    return _user(name, ending, language="cy")


def _champion(name: str, ending: str, programme: Programme, office: Office, about: str) -> Champion:
    user = _staff(name, ending, programme, Role.CHAMPION)
    return Champion.objects.create(user=user, programme=programme, office=office, about=about)


def _referred(
    lead: User,
    programme: Programme,
    name: str,
    ending: str,
    office: Office,
    *,
    reads: str = Participant.Reads.TEXT,
    asked_for: str = "",
) -> Referral:
    return actions.register_referral(
        by=lead,
        programme=programme,
        name=name,
        phone=find_or_add(f"+447700900{ending}"),
        language=programme.language,
        time_zone=programme.time_zone,
        office=office,
        # Equal times mean all day: a demo or a test may run at any hour.
        texts_from=MIDNIGHT,
        texts_until=MIDNIGHT,
        reads=reads,
        asked_for=asked_for,
    )


def _paired(lead: User, referral: Referral, champion: Champion) -> Pairing:
    for contact in referral.participant.contact_numbers.select_related("number"):
        verify(contact.number, actor=contact.number.actor)
    pairing = actions.offer_pairing(by=lead, referral=referral, champion=champion)
    actions.agree_as_champion(by=champion.user, pairing=pairing)
    return actions.agree_as_participant(by=referral.participant.user, pairing=pairing)
