# Puts the files in place. Runs as part of cmake_install.cmake, after the settings of the build.
#
# SPDX-License-Identifier: GPL-2.0-or-later

function(place source path)
    set(target "$ENV{DESTDIR}${path}")
    cmake_path(GET target PARENT_PATH folder)
    cmake_path(GET target FILENAME name)
    string(RANDOM LENGTH 8 suffix)
    # Beside the old file and then in its place: a Wireshark that starts now finds one or the other, whole.
    set(beside "${folder}/.${name}.${suffix}")
    # Whatever the user's umask: others have to find it.
    execute_process(COMMAND sh -c "umask 022; mkdir -p \"$1\"" sh "${folder}" ERROR_QUIET)
    file(COPY_FILE "${source}" "${beside}" RESULT trouble)
    if(trouble)
        message(FATAL_ERROR "Can't write to ${folder}: install as a user who may (sudo cmake --install), or for yourself "
            "alone (cmake -DPERSONAL=ON).")
    endif()
    file(CHMOD "${beside}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    file(RENAME "${beside}" "${target}")
    message(STATUS "Installed: ${target}")
endfunction()

# Whether the user has a file of this name that is not ours.
function(is_of_user variable source path)
    set(${variable} FALSE PARENT_SCOPE)
    set(target "$ENV{DESTDIR}${path}")
    if(PERSONAL AND (EXISTS "${target}" OR IS_SYMLINK "${target}"))
        execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${source}" "${target}" RESULT_VARIABLE differ ERROR_QUIET)
        if(differ)
            set(${variable} TRUE PARENT_SCOPE)
        endif()
    endif()
endfunction()

cmake_path(ABSOLUTE_PATH PLUGIN_FOLDER BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
cmake_path(ABSOLUTE_PATH PROFILE_FOLDER BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
if(NOT EXISTS "${LIBRARY}")
    message(FATAL_ERROR "The plugin is not built yet: run cmake --build first.")
endif()
set(shared "${Wireshark_PLUGIN_INSTALL_DIR}/epan")
if(PERSONAL AND EXISTS "${shared}/rstanalysis.so")
    message(FATAL_ERROR "${shared}/rstanalysis.so is installed for all users, and at each start Wireshark would complain "
        "about a second copy: remove that one first, or use it.")
endif()
set(installed "${PLUGIN_FOLDER}/rstanalysis.so")
place("${LIBRARY}" "${installed}")
list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${installed}")

file(GLOB files "${PROFILE}/*")
foreach(file IN LISTS files)
    cmake_path(GET file FILENAME name)
    set(installed "${PROFILE_FOLDER}/${name}")
    is_of_user(kept "${file}" "${installed}")
    if(kept)
        message(STATUS "Kept yours: $ENV{DESTDIR}${installed}")
    else()
        place("${file}" "${installed}")
        list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${installed}")
    endif()
endforeach()

if(LICENCE_FOLDER)
    set(installed "${CMAKE_INSTALL_PREFIX}/${LICENCE_FOLDER}/copyright")
    place("${SOURCE}/LICENSE" "${installed}")
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${installed}")
endif()

if("$ENV{DESTDIR}${PLUGIN_FOLDER}" STREQUAL shared)
    execute_process(COMMAND sh "${SOURCE}/plugin/shadowed.sh" "${Wireshark_FOR}")
endif()
