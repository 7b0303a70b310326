/* The part of the C library that the runtime's wasm body needs (libc.c): formatting, for explanations only. */
#ifndef PH_WASM32_STDIO_H
#define PH_WASM32_STDIO_H

#include <stdarg.h>
#include <stddef.h>

/* Knows %s %c %d %i %u %x %p %% with width, zero padding, precision of strings, and h hh l ll z. */
int vsnprintf(char *out, size_t out_len, const char *format, va_list args);
int snprintf(char *out, size_t out_len, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
