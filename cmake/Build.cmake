# The plugin, built by cargo: it knows best what has changed, so it is asked each time.
#
# SPDX-License-Identifier: GPL-2.0-or-later

set(LIBRARY "${CARGO_TARGET_DIR}/release/librstanalysis.so")
set(environment "PATH=${CARGO_FOLDER}:$ENV{PATH}" "CARGO_TARGET_DIR=${CARGO_TARGET_DIR}")
# Elsewhere cargo finds the same headers by pkg-config, and what another build left is of use.
if(WIRESHARK_INCLUDE OR Wireshark_CONFIG)
    list(APPEND environment "WIRESHARK_INCLUDE=${Wireshark_INCLUDE_DIR}")
endif()
add_custom_target(plugin ALL
    COMMAND "${CMAKE_COMMAND}" -E env ${environment} "${CARGO_FOLDER}/cargo" build --release --locked
    WORKING_DIRECTORY "${SOURCE}" BYPRODUCTS "${LIBRARY}" USES_TERMINAL VERBATIM)
