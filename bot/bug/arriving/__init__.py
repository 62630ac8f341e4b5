"""What comes in: which error gets a card, and which bug a message belongs to."""
