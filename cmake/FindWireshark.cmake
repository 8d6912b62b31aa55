# Finds Wireshark's headers and the folder that it loads plugins from: by WIRESHARK_INCLUDE, by the
# WiresharkConfig.cmake of a Wireshark that was built from source, or by pkg-config (Debian has no such file).
#
# Wireshark_INCLUDE_DIR         the folder that holds ws_version.h
# Wireshark_VERSION             as 4.0.17
# Wireshark_FOR                 as 4.0: the versions that a plugin built with these headers works in
# Wireshark_INSTALL_PREFIX      as /usr
# Wireshark_PLUGIN_INSTALL_DIR  as /usr/lib/x86_64-linux-gnu/wireshark/plugins/4.0; one that is given stays
# Wireshark_LIB_DIR             the folder of libwireshark.so, where these headers are its own
#
# SPDX-License-Identifier: GPL-2.0-or-later

include(FindPackageHandleStandardArgs)

function(ask_pkg_config variable question)
    execute_process(COMMAND pkg-config ${question} wireshark
        OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
    if(status EQUAL 0)
        set(${variable} "${answer}" PARENT_SCOPE)
    endif()
endfunction()

set(given "${Wireshark_PLUGIN_INSTALL_DIR}")
find_package(Wireshark QUIET CONFIG)
if(NOT Wireshark_PLUGIN_INSTALL_DIR)
    ask_pkg_config(Wireshark_PLUGIN_INSTALL_DIR --variable=plugindir)
endif()
if(NOT Wireshark_CONFIG)
    ask_pkg_config(Wireshark_INSTALL_PREFIX --variable=prefix)
    ask_pkg_config(Wireshark_LIB_DIR --variable=libdir)
    ask_pkg_config(include --variable=includedir)
    if(include)
        set(Wireshark_INCLUDE_DIR "${include}/wireshark")
    endif()
endif()
if(WIRESHARK_INCLUDE)
    set(Wireshark_INCLUDE_DIR "${WIRESHARK_INCLUDE}")
endif()

if(EXISTS "${Wireshark_INCLUDE_DIR}/ws_version.h")
    file(STRINGS "${Wireshark_INCLUDE_DIR}/ws_version.h" numbers REGEX "#define WIRESHARK_VERSION_(MAJOR|MINOR|MICRO) ")
    list(TRANSFORM numbers REPLACE "^.* ([0-9]+)$" "\\1")
    list(JOIN numbers "." Wireshark_VERSION)
    string(REGEX MATCH "^[0-9]+\\.[0-9]+" Wireshark_FOR "${Wireshark_VERSION}")
endif()
if(NOT Wireshark_INSTALL_PREFIX)
    set(Wireshark_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")
    set(Wireshark_PLUGIN_INSTALL_DIR "${CMAKE_INSTALL_PREFIX}/lib/wireshark/plugins/${Wireshark_FOR}")
endif()
# Headers of another version than the installed one: not for its library, and into the folder of theirs.
cmake_path(GET Wireshark_PLUGIN_INSTALL_DIR FILENAME installed)
if(Wireshark_FOR AND NOT installed STREQUAL Wireshark_FOR)
    unset(Wireshark_LIB_DIR)
    cmake_path(REPLACE_FILENAME Wireshark_PLUGIN_INSTALL_DIR "${Wireshark_FOR}")
endif()
if(given)
    set(Wireshark_PLUGIN_INSTALL_DIR "${given}")
endif()

find_package_handle_standard_args(Wireshark REQUIRED_VARS Wireshark_INCLUDE_DIR Wireshark_VERSION Wireshark_PLUGIN_INSTALL_DIR
    VERSION_VAR Wireshark_VERSION)
