# Where the plugin, the profile and the licence go, below CMAKE_INSTALL_PREFIX.
#
# SPDX-License-Identifier: GPL-2.0-or-later

# As Wireshark does: the newer place, unless the user has only the older one.
function(find_configuration variable)
    if(DEFINED ENV{XDG_CONFIG_HOME})
        set(newer "$ENV{XDG_CONFIG_HOME}/wireshark")
    else()
        set(newer "$ENV{HOME}/.config/wireshark")
    endif()
    if(DEFINED ENV{WIRESHARK_CONFIG_DIR})
        set(${variable} "$ENV{WIRESHARK_CONFIG_DIR}" PARENT_SCOPE)
    elseif(IS_DIRECTORY "$ENV{HOME}/.wireshark" AND NOT IS_DIRECTORY "${newer}")
        set(${variable} "$ENV{HOME}/.wireshark" PARENT_SCOPE)
    else()
        set(${variable} "${newer}" PARENT_SCOPE)
    endif()
endfunction()

function(refuse_root)
    execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(user STREQUAL "0")
        message(FATAL_ERROR "As root, Wireshark does not look at personal plugins: run cmake as the user who runs "
            "Wireshark, or leave out -DPERSONAL=ON.")
    endif()
endfunction()

if(PERSONAL)
    refuse_root()
    set(prefix "$ENV{HOME}/.local")
    set(PLUGIN_FOLDER "lib/wireshark/plugins/${Wireshark_FOR}/epan")
    find_configuration(configuration)
else()
    set(prefix "${Wireshark_INSTALL_PREFIX}")
    file(RELATIVE_PATH PLUGIN_FOLDER "${prefix}" "${Wireshark_PLUGIN_INSTALL_DIR}/epan")
    set(configuration "share/wireshark")
    set(LICENCE_FOLDER "share/doc/rstanalysis")
endif()
set(PROFILE_FOLDER "${configuration}/profiles/TCP Reset Analysis")

# Wireshark looks in its own prefix, which CMake does not know.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT OR CMAKE_INSTALL_PREFIX STREQUAL CHOSEN_PREFIX)
    set(CMAKE_INSTALL_PREFIX "${prefix}" CACHE PATH "Where to install" FORCE)
elseif(NOT CMAKE_INSTALL_PREFIX STREQUAL prefix)
    message(WARNING "This Wireshark looks for plugins in ${prefix}, not in ${CMAKE_INSTALL_PREFIX}.")
endif()
set(CHOSEN_PREFIX "${prefix}" CACHE INTERNAL "The prefix where the user gives none")
