# Runs the schema generator: schema/*.ph → ${PH_GEN}/{primitives,runtime,chain,protocol}/…
set(PH_GEN ${CMAKE_BINARY_DIR}/gen)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB PH_SCHEMA_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schema/*.ph)
file(GLOB PH_GENERATOR_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/schema/*.py)
file(MAKE_DIRECTORY ${PH_GEN})
if(PH_SCHEMA_FILES AND EXISTS ${CMAKE_SOURCE_DIR}/tools/schema/main.py)
  # At configure time, so that the list of generated files is known to the globs of the rooms.
  execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/schema/main.py --out ${PH_GEN} ${PH_SCHEMA_FILES}
                  RESULT_VARIABLE PH_GEN_RESULT)
  if(PH_GEN_RESULT)
    message(FATAL_ERROR "the schema generator failed")
  endif()
  # A change of the schema or of the generator runs CMake again, and so the generator; unchanged files keep their time.
  file(GLOB PH_SCHEMA_PINS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schema/pins.txt)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PH_GENERATOR_FILES} ${PH_SCHEMA_FILES} ${PH_SCHEMA_PINS})
endif()
