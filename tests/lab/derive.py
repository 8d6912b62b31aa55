"""Other forms of a capture that was made: cut short, cut off, one direction only, tagged, tunnelled."""

FORMS = {}
