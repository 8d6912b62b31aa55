# A Debian package, by `cpack -G DEB` or the target `package`.
#
# SPDX-License-Identifier: GPL-2.0-or-later

# The package whose libwireshark has these headers' interface: the plugin is not linked with it, so no tool finds out.
function(find_owner variable)
    file(REAL_PATH "${Wireshark_LIB_DIR}/libwireshark.so" library)
    execute_process(COMMAND dpkg-query --search "${library}"
        OUTPUT_VARIABLE answer ERROR_QUIET RESULT_VARIABLE status)
    if(status EQUAL 0)
        string(REGEX REPLACE ":.*" "" answer "${answer}")
        set(${variable} "${answer}" PARENT_SCOPE)
    endif()
endfunction()

function(next_minor variable version)
    string(REPLACE "." ";" parts "${version}")
    list(GET parts 0 major)
    list(GET parts 1 minor)
    math(EXPR minor "${minor} + 1")
    set(${variable} "${major}.${minor}" PARENT_SCOPE)
endfunction()

set(ABI_PACKAGE "")
if(Wireshark_LIB_DIR)
    find_owner(ABI_PACKAGE)
endif()
next_minor(next "${Wireshark_FOR}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rstanalysis)
set(CPACK_PACKAGE_CONTACT "The rstanalysis authors <rstanalysis@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX "${Wireshark_INSTALL_PREFIX}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# That for a newer Wireshark replaces that for an older one.
set(CPACK_DEBIAN_PACKAGE_VERSION "${PROJECT_VERSION}+wireshark${Wireshark_FOR}")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "It says of each TCP reset in a capture why it happened, how sure that is,
 on what evidence, and what to do next. For Wireshark and tshark ${Wireshark_FOR}.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# All Wireshark programs that load plugins come with wireshark-common of the same version.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${ABI_PACKAGE}, wireshark-common (>= ${Wireshark_FOR}~), wireshark-common (<< ${next}~), \
tshark | wireshark-qt | wireshark")

file(READ "${SOURCE}/plugin/shadowed.sh" shadowed)
file(WRITE "${CMAKE_BINARY_DIR}/postinst" "#!/bin/sh\nset -- ${Wireshark_FOR}\n${shadowed}")
file(CHMOD "${CMAKE_BINARY_DIR}/postinst" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_BINARY_DIR}/postinst")

set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_SOURCE_DIR}/check_package.cmake")
set(CPACK_RSTANALYSIS_ABI "${ABI_PACKAGE}")
set(CPACK_RSTANALYSIS_FOR "${Wireshark_FOR}")
include(CPack)
