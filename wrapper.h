/* What bindgen sees: the interface between the C glue and the Rust core, and the version of the
 * Wireshark headers. Nothing else of Wireshark. */
#include <ws_version.h>

#include "plugin/rstanalysis.h"
