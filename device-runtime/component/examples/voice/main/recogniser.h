/* Whatever makes text of speech: ESP-SR's MultiNet (recogniser_esp_sr.c), or one elsewhere that sends lines over the
 * serial port (recogniser_line.c). A third needs nothing but this function.
 */
#ifndef RECOGNISER_H
#define RECOGNISER_H

#include "esp_err.h"

/* Called by a task of the recogniser for each thing that was said, with UTF-8 that ends with a zero. Must return soon:
 * nothing is heard meanwhile. */
typedef void (*recogniser_on_text_t)(void *user, const char *text);

/* What is wrong, and what to do, is logged as an error. */
esp_err_t recogniser_start(recogniser_on_text_t on_text, void *user);

#endif
