# The runtime's wasm body: the sources of src/runtime and what they stand on, for wasm32, with src/runtime/wasm32 in place of
# the C library, of the native host functions and of the hashes. Target `runtime_wasm`, file ${PH_RUNTIME_WASM}.
#
# WebAssembly 1.0 without later features (-mcpu=mvp): what every executor of Polkadot runs. Memory is imported, its heap is
# the host's (ext_allocator_*).
find_program(PH_WASM_CC NAMES clang clang-14)
find_program(PH_WASM_LD NAMES wasm-ld wasm-ld-14)
set(PH_RUNTIME_WASM ${CMAKE_BINARY_DIR}/parahost_runtime.wasm)

file(GLOB PH_WASM_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/scale/*.c ${CMAKE_SOURCE_DIR}/src/primitives/*.c
     ${CMAKE_SOURCE_DIR}/src/runtime/*.c ${CMAKE_SOURCE_DIR}/src/runtime/wasm32/*.c)
list(FILTER PH_WASM_SOURCES EXCLUDE REGEX
     "/scale/json\\.c$|/primitives/network\\.c$|/runtime/host_native\\.c$|/runtime/runtime\\.c$")
foreach(name arena bits bytes err map vec)
  list(APPEND PH_WASM_SOURCES ${CMAKE_SOURCE_DIR}/src/base/${name}.c)
endforeach()
foreach(name chacha keccak merlin ristretto_portable)
  list(APPEND PH_WASM_SOURCES ${CMAKE_SOURCE_DIR}/src/crypto/${name}.c)
endforeach()
file(GLOB_RECURSE PH_WASM_GENERATED ${PH_GEN}/runtime/*.c)
list(APPEND PH_WASM_SOURCES ${PH_WASM_GENERATED} ${PH_GEN}/primitives/types.c)

set(PH_WASM_FLAGS --target=wasm32-unknown-unknown -mcpu=mvp -mmutable-globals -std=c11 -O2 -ffreestanding -nostdlibinc
    -isystem ${CMAKE_SOURCE_DIR}/src/runtime/wasm32/include -I${CMAKE_SOURCE_DIR}/src -I${PH_GEN}
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${PH_GEN}/=gen/
    -Wall -Wextra -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -fno-strict-aliasing
    -ffunction-sections -fdata-sections)

if(NOT PH_WASM_CC OR NOT PH_WASM_LD)
  message(FATAL_ERROR "clang and wasm-ld are needed to build the runtime's wasm body (Debian: clang lld)")
else()
  set(PH_WASM_OBJECTS "")
  foreach(source IN LISTS PH_WASM_SOURCES)
    string(REPLACE ${CMAKE_BINARY_DIR}/ "" name ${source})
    string(REPLACE ${CMAKE_SOURCE_DIR}/ "" name ${name})
    string(REPLACE "/" "_" name ${name})
    set(object ${CMAKE_BINARY_DIR}/wasm32/${name}.o)
    set(extra "")
    if(source MATCHES "wasm32/libc\\.c$")
      set(extra -fno-builtin)
    endif()
    add_custom_command(OUTPUT ${object}
                       COMMAND ${CMAKE_C_COMPILER_LAUNCHER} ${PH_WASM_CC} ${PH_WASM_FLAGS} ${extra} -MD -MF ${object}.d
                               -c ${source} -o ${object}
                       DEPENDS ${source} DEPFILE ${object}.d VERBATIM)
    list(APPEND PH_WASM_OBJECTS ${object})
  endforeach()
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/wasm32)
  set(bare ${CMAKE_BINARY_DIR}/wasm32/runtime.bare.wasm)
  set(sections ${CMAKE_SOURCE_DIR}/tools/runtime_wasm/sections.py)
  add_custom_command(OUTPUT ${PH_RUNTIME_WASM}
                     COMMAND ${PH_WASM_LD} --no-entry --import-memory --gc-sections --strip-all -O2 -z stack-size=1048576
                             --export=__heap_base --export=__data_end ${PH_WASM_OBJECTS} -o ${bare}
                     COMMAND ${Python3_EXECUTABLE} ${sections} ${bare} ${PH_RUNTIME_WASM}
                             ${CMAKE_SOURCE_DIR}/src/runtime/params.h ${PH_GEN}/runtime/apis.c
                     DEPENDS ${PH_WASM_OBJECTS} ${sections} ${CMAKE_SOURCE_DIR}/src/runtime/params.h VERBATIM)
  add_custom_target(runtime_wasm DEPENDS ${PH_RUNTIME_WASM})
  # … and embedded, for the genesis of the built-in chain (runtime/blob.h).
  set(array ${CMAKE_BINARY_DIR}/wasm32/ph_runtime_wasm.c)
  add_custom_command(OUTPUT ${array}
                     COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py ${PH_RUNTIME_WASM} ${array} ph_runtime_wasm
                     DEPENDS ${PH_RUNTIME_WASM} ${CMAKE_SOURCE_DIR}/tools/embed.py VERBATIM)
  if(TARGET ph_service)
    add_library(ph_runtime_blob STATIC ${array})
    target_link_libraries(ph_service PUBLIC ph_runtime_blob)
  endif()
endif()
