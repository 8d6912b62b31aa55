# Installing and its reverse. CMake's own install would leave a half plugin for a moment, and overwrite what is the user's.
#
# SPDX-License-Identifier: GPL-2.0-or-later

set(settings "${CMAKE_BINARY_DIR}/settings.cmake")
file(WRITE "${settings}" "# What place.cmake and uninstall.cmake know of the build.\n")
set(MANIFEST "${CMAKE_BINARY_DIR}/install_manifest.txt")
set(PROFILE "${SOURCE}/plugin/profile/TCP Reset Analysis")
foreach(name SOURCE PROFILE LIBRARY PLUGIN_FOLDER PROFILE_FOLDER LICENCE_FOLDER PERSONAL MANIFEST Wireshark_FOR Wireshark_PLUGIN_INSTALL_DIR)
    file(APPEND "${settings}" "set(${name} [==[${${name}}]==])\n")
endforeach()
install(CODE "include([==[${settings}]==])\ninclude([==[${CMAKE_CURRENT_SOURCE_DIR}/place.cmake]==])")
add_custom_target(uninstall
    COMMAND "${CMAKE_COMMAND}" "-DSETTINGS=${settings}" -P "${CMAKE_CURRENT_SOURCE_DIR}/uninstall.cmake" VERBATIM)
