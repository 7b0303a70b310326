# Validation functions in C (pvf/): compiled to wasm32 with clang, embedded as byte arrays.
#   ph_pvf_builtin   those that parahost brings along (pvf/builtin.h)
#   ph_pvf_fixtures  those that tests misuse (tests/pvf/fixtures.h)
find_program(PH_PVF_CLANG NAMES clang clang-14 REQUIRED)
set(PH_PVF_WASM_FLAGS --target=wasm32 -mcpu=mvp -std=c11 -Os -ffreestanding -nostdlib -Wall -Wextra -Werror
                  -I${CMAKE_SOURCE_DIR}/pvf -I${CMAKE_SOURCE_DIR}/src -Wl,--no-entry -Wl,--export=__heap_base
                  -Wl,--strip-all -Wl,-z,stack-size=65536 -Wl,--stack-first)

# ph_pvf_wasm(library symbol sources…): compiles the sources to <symbol>.wasm and embeds it in the library.
function(ph_pvf_wasm library symbol)
  set(wasm ${CMAKE_BINARY_DIR}/pvf/${symbol}.wasm)
  set(array ${CMAKE_BINARY_DIR}/pvf/${symbol}.c)
  set(sources "")
  foreach(source IN LISTS ARGN)
    list(APPEND sources ${CMAKE_SOURCE_DIR}/${source})
  endforeach()
  add_custom_command(
    OUTPUT ${array} ${wasm}
    COMMAND ${PH_PVF_CLANG} ${PH_PVF_WASM_FLAGS} ${sources} -o ${wasm}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py ${wasm} ${array} ${symbol}
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/pvf/sdk/parachain.h ${CMAKE_SOURCE_DIR}/src/crypto/keccak.h
            ${CMAKE_SOURCE_DIR}/tools/embed.py
    COMMENT "wasm32 ${symbol}"
    VERBATIM)
  target_sources(${library} PRIVATE ${array})
endfunction()

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/pvf)
if(TARGET ph_pvf)
  add_library(ph_pvf_builtin STATIC)
  ph_pvf_wasm(ph_pvf_builtin ph_pvf_adder_wasm pvf/adder/adder.c pvf/sdk/parachain.c src/crypto/keccak.c)
  ph_pvf_wasm(ph_pvf_builtin ph_pvf_undying_wasm pvf/undying/undying.c pvf/sdk/parachain.c src/crypto/keccak.c)
  ph_pvf_wasm(ph_pvf_builtin ph_pvf_courier_wasm pvf/courier/courier.c pvf/sdk/parachain.c src/crypto/keccak.c)
  target_link_libraries(ph_pvf PUBLIC ph_pvf_builtin)

  if(PH_TESTS)
    add_library(ph_pvf_fixtures STATIC EXCLUDE_FROM_ALL)
    ph_pvf_wasm(ph_pvf_fixtures ph_pvf_mischief_wasm pvf/fixtures/mischief.c pvf/sdk/parachain.c)
    ph_pvf_wasm(ph_pvf_fixtures ph_pvf_rubbish_wasm pvf/fixtures/rubbish.c)
    foreach(test IN LISTS PH_TEST_TARGETS)
      if(test MATCHES "^(pvf|wasm)_")
        target_link_libraries(${test} PRIVATE ph_pvf_fixtures)
      endif()
    endforeach()
  endif()
endif()
