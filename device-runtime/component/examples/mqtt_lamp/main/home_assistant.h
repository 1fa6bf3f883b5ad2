/* What Home Assistant must know to show the lamp by itself: its MQTT discovery, a message an entity.
 * https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
 */
#ifndef HOME_ASSISTANT_H
#define HOME_ASSISTANT_H

#include <stddef.h>

/* Topics of a board are BASE, its id and one of these. */
#define BASE "esp32-llm/"
#define SAY "/say"                      /* in: a text for the model */
#define ANSWER "/answer"                /* out: what the model said */
#define SWITCH "/light/set"             /* in: ON or OFF */
#define SWITCH_STATE "/light/state"     /* out */
#define LEVEL "/brightness/set"         /* in: 0 to 100 */
#define LEVEL_STATE "/brightness/state" /* out */
#define AVAILABILITY "/availability"    /* out: online; offline is left with the broker as the board's last will */

typedef enum { ENTITY_LIGHT, ENTITY_TEXT, ENTITY_SENSOR, ENTITIES } entity_t;

/* Bytes that both texts of a message need at most, with ids of 32 and names of 64 bytes. */
#define DISCOVERY_TOPIC_BYTES 96
#define DISCOVERY_BYTES 768

/* `id` and `name` are plain: no quotes, backslashes or control characters. */
void home_assistant_discovery(entity_t entity, const char *id, const char *name, char topic[DISCOVERY_TOPIC_BYTES],
                              char message[DISCOVERY_BYTES]);

#endif
