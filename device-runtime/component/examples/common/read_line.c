/* See read_line.h. */
#include "read_line.h"

#include <stdio.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

void read_line(char *line, size_t capacity) {
    size_t length = 0;
    for (;;) {
        int c = getchar();
        if (c == EOF) {
            vTaskDelay(1);
        } else if (c == '\n' || c == '\r') {
            if (length > 0) {
                line[length] = '\0';
                return;
            }
        } else if (length + 1 < capacity) {
            line[length++] = (char)c;
        }
    }
}
