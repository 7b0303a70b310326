/* The convention of fuzz/: each fuzz_<room>[_what].c defines LLVMFuzzerTestOneInput and nothing else that is public. It
 * returns 0 whatever the input; a broken property aborts (PH_CHECK). It is built twice: with clang's libFuzzer
 * (-DPH_FUZZ=ON, target fuzz_<room>…) and, for every compiler, with standalone_main.c, which runs it over files and
 * random bytes (target fuzz_<room>…_run, part of the tests). Seeds, if any, lie in corpus/<target>/.
 */
#ifndef PH_FUZZ_H
#define PH_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
