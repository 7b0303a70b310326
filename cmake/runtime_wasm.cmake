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
foreach(name codec root)
  list(APPEND PH_WASM_SOURCES ${CMAKE_SOURCE_DIR}/src/trie/${name}.c)
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
endif()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/wasm32)

# ph_wasm_object(out source suffix flags…): the source's object for wasm32.
function(ph_wasm_object out source suffix)
  string(REPLACE ${CMAKE_BINARY_DIR}/ "" name ${source})
  string(REPLACE ${CMAKE_SOURCE_DIR}/ "" name ${name})
  string(REPLACE "/" "_" name ${name})
  set(object ${CMAKE_BINARY_DIR}/wasm32/${name}${suffix}.o)
  set(extra ${ARGN})
  if(source MATCHES "wasm32/libc\\.c$")
    list(APPEND extra -fno-builtin)
  endif()
  add_custom_command(OUTPUT ${object}
                     COMMAND ${CMAKE_C_COMPILER_LAUNCHER} ${PH_WASM_CC} ${PH_WASM_FLAGS} ${extra} -MD -MF ${object}.d
                             -c ${source} -o ${object}
                     DEPENDS ${source} DEPFILE ${object}.d VERBATIM)
  set(${out} ${object} PARENT_SCOPE)
endfunction()

# ph_wasm_blob(wasm symbol spec_version objects…): links the blob, gives it its sections (spec_version "": what params.h
# says) and writes it as the C array <symbol>.
function(ph_wasm_blob wasm symbol spec_version)
  set(bare ${CMAKE_BINARY_DIR}/wasm32/${symbol}.bare.wasm)
  set(sections ${CMAKE_SOURCE_DIR}/tools/runtime_wasm/sections.py)
  set(params ${CMAKE_SOURCE_DIR}/src/runtime/params.h)
  add_custom_command(OUTPUT ${wasm}
                     COMMAND ${PH_WASM_LD} --no-entry --import-memory --gc-sections --strip-all -O2 -z stack-size=1048576
                             --export=__heap_base --export=__data_end ${ARGN} -o ${bare}
                     COMMAND ${Python3_EXECUTABLE} ${sections} ${bare} ${wasm} ${params} ${PH_GEN}/runtime/apis.c
                             ${spec_version}
                     DEPENDS ${ARGN} ${sections} ${params} VERBATIM)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/wasm32/${symbol}.c
                     COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py ${wasm}
                             ${CMAKE_BINARY_DIR}/wasm32/${symbol}.c ${symbol}
                     DEPENDS ${wasm} ${CMAKE_SOURCE_DIR}/tools/embed.py VERBATIM)
endfunction()

set(PH_WASM_OBJECTS "")
foreach(source IN LISTS PH_WASM_SOURCES)
  ph_wasm_object(object ${source} "")
  list(APPEND PH_WASM_OBJECTS ${object})
endforeach()
ph_wasm_blob(${PH_RUNTIME_WASM} ph_runtime_wasm "" ${PH_WASM_OBJECTS})
add_custom_target(runtime_wasm DEPENDS ${PH_RUNTIME_WASM})
# … embedded, for the genesis of the built-in chain (runtime/blob.h).
if(TARGET ph_service)
  add_library(ph_runtime_blob STATIC ${CMAKE_BINARY_DIR}/wasm32/ph_runtime_wasm.c)
  target_link_libraries(ph_service PUBLIC ph_runtime_blob)
endif()

# The next runtime, which differs by its version alone: what tests upgrade to. Target `runtime_wasm_next`; embedded as
# ph_runtime_next_wasm in the library ph_runtime_next.
file(STRINGS ${CMAKE_SOURCE_DIR}/src/runtime/params.h spec_line REGEX "#define PH_SPEC_VERSION +[0-9]+")
string(REGEX MATCH "[0-9]+" PH_NEXT_SPEC_VERSION "${spec_line}")
math(EXPR PH_NEXT_SPEC_VERSION "${PH_NEXT_SPEC_VERSION} + 1")
set(PH_RUNTIME_NEXT_WASM ${CMAKE_BINARY_DIR}/parahost_runtime_next.wasm)
set(PH_NEXT_OBJECTS "")
set(at 0)
foreach(source IN LISTS PH_WASM_SOURCES)
  set(versioned "")
  if(EXISTS ${source})
    file(STRINGS ${source} versioned REGEX "PH_SPEC_VERSION")
  endif()
  if(versioned)
    ph_wasm_object(object ${source} ".next" -DPH_SPEC_VERSION=${PH_NEXT_SPEC_VERSION}u)
  else()
    list(GET PH_WASM_OBJECTS ${at} object)
  endif()
  list(APPEND PH_NEXT_OBJECTS ${object})
  math(EXPR at "${at} + 1")
endforeach()
ph_wasm_blob(${PH_RUNTIME_NEXT_WASM} ph_runtime_next_wasm ${PH_NEXT_SPEC_VERSION} ${PH_NEXT_OBJECTS})
add_custom_target(runtime_wasm_next DEPENDS ${PH_RUNTIME_NEXT_WASM})
add_dependencies(runtime_wasm_next runtime_wasm)
add_library(ph_runtime_next STATIC EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/wasm32/ph_runtime_next_wasm.c)
add_dependencies(ph_runtime_next runtime_wasm)
