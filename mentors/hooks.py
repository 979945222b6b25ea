"""What mentors tells the rooms above it. All run in the transaction of the change."""

from core.hooks import Hook
from mentors.models import ContactNumber, Pairing

# A lead has offered a champion to a participant.
pairing_offered = Hook[[Pairing], None]("mentors.pairing_offered")

# One of them said no, or the lead took it back.
pairing_declined = Hook[[Pairing], None]("mentors.pairing_declined")

# Both said yes.
pairing_started = Hook[[Pairing], None]("mentors.pairing_started")

# It is over.
pairing_ended = Hook[[Pairing], None]("mentors.pairing_ended")

# A lead wants to know whether a number is somebody's: ask whoever holds it.
number_to_check = Hook[[ContactNumber], None]("mentors.number_to_check")

# Texts go to another number from now on: the number they went to so far, and the new one.
texts_moved = Hook[[ContactNumber, ContactNumber], None]("mentors.texts_moved")
