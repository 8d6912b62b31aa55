"""What ends a measurement.

SPDX-License-Identifier: GPL-2.0-or-later
"""


class Trouble(Exception):
    """Nothing can be measured, or it would mean nothing. The text says why and what to do."""
