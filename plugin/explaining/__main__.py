"""Explains captures. The `explain` script calls it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import signal
import sys

try:
    import batch
    import direct
    import options
    import row
    from capture import Capture
    from deliver import deliver
    from output import output_file
    from trouble import Trouble, say, shown
    from writer import WRITERS
except KeyboardInterrupt:
    # Loading them takes a moment, too.
    sys.exit(130)


def main(words):
    choice = options.parse(words)
    captures = [Capture(path) for path in choice.captures]
    run = batch.run if batch.is_worth_it(choice, captures) else direct.run
    with run(choice, captures) as reading, output_file(choice) as out:
        kind = WRITERS[choice.format]
        columns = row.columns(kind.FIELDS)
        return deliver(captures, reading, columns, kind(out, columns, several=len(captures) > 1))


def end_as_by_keyboard(*_):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_as_by_keyboard)
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        say(trouble)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        sys.exit(1)
    except OSError as error:
        say(f"{shown(error.filename or 'a file')} can't be used: {error.strerror}. Put that right, then run this again.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
