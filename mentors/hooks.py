"""What mentors tells the rooms above it. All run in the transaction of the change."""

from core.hooks import Hook
from mentors.models import Pairing

# A lead has offered a champion to a participant.
pairing_offered = Hook[[Pairing], None]("mentors.pairing_offered")

# One of them said no, or the lead took it back.
pairing_declined = Hook[[Pairing], None]("mentors.pairing_declined")

# Both said yes.
pairing_started = Hook[[Pairing], None]("mentors.pairing_started")

# It is over.
pairing_ended = Hook[[Pairing], None]("mentors.pairing_ended")
