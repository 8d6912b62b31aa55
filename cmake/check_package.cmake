# Ends with a sentence where no Debian package can be made. Runs at the start of cpack.
#
# SPDX-License-Identifier: GPL-2.0-or-later

if(CPACK_GENERATOR STREQUAL "DEB")
    if(NOT CPACK_RSTANALYSIS_ABI)
        message(FATAL_ERROR "A Debian package can be made for the Wireshark of Debian's libwireshark-dev only, and that "
            "one's version is not ${CPACK_RSTANALYSIS_FOR}, which this build is for.")
    endif()
    find_program(FILE_PROGRAM file)
    find_program(SHLIBDEPS_PROGRAM dpkg-shlibdeps)
    if(NOT FILE_PROGRAM OR NOT SHLIBDEPS_PROGRAM)
        message(FATAL_ERROR "A Debian package takes the packages dpkg-dev and file: install them, then make the package again.")
    endif()
endif()
