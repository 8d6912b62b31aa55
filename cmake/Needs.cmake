# Ends with a sentence where something is missing that building takes. What that is stands in plugin/packages.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later

find_program(BASH bash)
if(NOT BASH)
    message(FATAL_ERROR "bash is missing: install it, then run cmake again.")
endif()

function(ask_packages variable command)
    execute_process(COMMAND "${BASH}" -c "repository=$1; . \"$1/plugin/packages.sh\"; ${command}" cmake "${SOURCE}"
        OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

if(Wireshark_INCLUDE_DIR)
    set(ENV{WIRESHARK_INCLUDE} "${Wireshark_INCLUDE_DIR}")
endif()
ask_packages(missing "building | missing_packages")
if(missing)
    string(REPLACE "\n" " " missing "${missing}")
    message(FATAL_ERROR "These packages (by Debian's names) are missing: ${missing}. "
        "Install them (Debian: apt-get install ${missing}), then run cmake again.")
endif()
if(NOT Wireshark_FOUND)
    message(FATAL_ERROR "There is no ws_version.h in '${Wireshark_INCLUDE_DIR}': give -DWIRESHARK_INCLUDE= the folder of "
        "Wireshark's headers that holds it.")
endif()

ask_packages(needed needed_rust)
ask_packages(CARGO_FOLDER "find_rust && dirname \"$(command -v cargo)\"")
if(NOT CARGO_FOLDER)
    ask_packages(found "rustc --version")
    if(found)
        set(found ", and this is ${found}")
    endif()
    message(FATAL_ERROR "Rust ${needed} or later is needed, its rustc and cargo${found}. Install it from https://rustup.rs "
        "(Debian 12: apt-get install cargo-web rustc-web), then run cmake again.")
endif()
