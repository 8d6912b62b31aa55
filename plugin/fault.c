/* Exceptions on demand, for tests of the boundary (feature fault-injection): RSTANALYSIS_FAULT lists them with blanks
 * between, each as throw-PLACE.NUMBER:FRAME, where NUMBER counts how often the frame came to the place before. What
 * strikes is told on standard error, so that a test knows that it did. src/ffi/fault.rs has the faults of the Rust
 * side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

#ifdef RST_FAULT_INJECTION
#include <stdlib.h>
#include <epan/exceptions.h>

static uint32_t current_frame;
static const char *last_place;
static unsigned number;

void rst_fault_frame(uint32_t frame)
{
    current_frame = frame;
    last_place = NULL;
}

static bool is_listed(const char *fault)
{
    const char *list = getenv("RSTANALYSIS_FAULT");
    gchar **faults = g_strsplit(list != NULL ? list : "", " ", -1);
    bool listed = g_strv_contains((const gchar *const *)faults, fault);

    g_strfreev(faults);
    return listed;
}

void rst_fault(const char *place)
{
    char fault[64];

    number = g_strcmp0(place, last_place) == 0 ? number + 1 : 0;
    last_place = place;
    g_snprintf(fault, sizeof fault, "throw-%s.%u:%u", place, number, current_frame);
    if (is_listed(fault)) {
        g_printerr("%s\n", fault);
        THROW_MESSAGE(ReportedBoundsError, "injected fault");
    }
}
#endif
