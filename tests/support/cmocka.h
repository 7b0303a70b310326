/* cmocka with the headers it wants first. */
#ifndef PH_TESTS_SUPPORT_CMOCKA_H
#define PH_TESTS_SUPPORT_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#endif
