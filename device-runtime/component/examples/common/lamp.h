/* A lamp on a pin that does what a model answers. One task owns model and lamp; whoever has something for them, a
 * network or a recogniser, leaves it here and goes on.
 */
#ifndef LAMP_H
#define LAMP_H

#include "command.h"
#include "esp32_llm.h"

/* Bytes of a text that is said to the lamp, at most. */
#define LAMP_MOST_TEXT 200
/* Bytes of an answer, at most: what Home Assistant takes as a state. */
#define LAMP_MOST_ANSWER 255

/* Called by the lamp's task after each text and each change. `answer` is what the model said, NULL where nobody asked
 * it. */
typedef void (*lamp_on_change_t)(const char *answer, lamp_t lamp);

/* Brings pin and task up, with the lamp off. `room` is one of home-commands' rooms. */
esp_err_t lamp_start(s3lm_handle_t llm, int pin, const char *room, lamp_on_change_t on_change);

/* Both may be called by any task, and return at once. False: too long, or too much is waiting already. */
bool lamp_say(const char *text, size_t length);
bool lamp_command(command_t command);

#endif
