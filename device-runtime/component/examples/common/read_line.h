#ifndef READ_LINE_H
#define READ_LINE_H

#include <stddef.h>

/* A line of the serial console that is not empty, without its end; waits for it. What is longer is cut. */
void read_line(char *line, size_t capacity);

#endif
