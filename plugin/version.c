/* What a Wireshark says that this plugin was not built for: its loader only says for which one it was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

/* For dladdr. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "glue.h"

#include <epan/epan.h>
#include <wsutil/filesystem.h>
#include <wsutil/report_message.h>

/* Another program than Wireshark's may open this library. */
#pragma weak epan_get_version_number
#pragma weak get_progfile_dir
#pragma weak report_warning

/* Whether a Wireshark program runs that is ready to show messages: it knows its folder before it loads plugins. */
static bool can_tell(void)
{
    return epan_get_version_number != NULL && report_warning != NULL && get_progfile_dir != NULL
           && get_progfile_dir() != NULL;
}

/* Runs when this library is opened, before the loader looks at the version and turns it away. */
__attribute__((constructor)) void rst_check_version(void)
{
    static const char here;
    Dl_info self;
    int major = 0, minor = 0, micro = 0;

    if (!can_tell())
        return;
    epan_get_version_number(&major, &minor, &micro);
    if ((major == RST_BUILT_FOR_MAJOR && minor == RST_BUILT_FOR_MINOR) || dladdr(&here, &self) == 0)
        return;
    /* plugin/install looks for the first sentence in the file. */
    report_warning("%s was built for Wireshark " RST_BUILT_FOR " and can't be used by this Wireshark, %d.%d. Run "
                   "plugin/install of TCP Reset Analysis again, or install its package for Wireshark %d.%d.",
                   self.dli_fname, major, minor, major, minor);
}
