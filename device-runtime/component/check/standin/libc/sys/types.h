/* Of the C library, for compilers that come without one. */
#ifndef STANDIN_SYS_TYPES_H
#define STANDIN_SYS_TYPES_H

#include <stddef.h>

typedef ptrdiff_t ssize_t;

#endif
