/* See home_assistant.h. "~" stands for the board's own topics. */
#include "home_assistant.h"

#include <stdio.h>

static const struct {
    const char *component, *own;
} ENTITY[ENTITIES] = {
    [ENTITY_LIGHT] = {"light", "\"name\":null,"
                               "\"command_topic\":\"~" SWITCH "\",\"state_topic\":\"~" SWITCH_STATE "\","
                               "\"brightness_command_topic\":\"~" LEVEL "\","
                               "\"brightness_state_topic\":\"~" LEVEL_STATE "\",\"brightness_scale\":100"},
    [ENTITY_TEXT] = {"text", "\"name\":\"Command\",\"command_topic\":\"~" SAY "\",\"min\":1,\"max\":200"},
    [ENTITY_SENSOR] = {"sensor", "\"name\":\"Answer\",\"state_topic\":\"~" ANSWER "\""},
};

void home_assistant_discovery(entity_t entity, const char *id, const char *name, char topic[DISCOVERY_TOPIC_BYTES],
                              char message[DISCOVERY_BYTES]) {
    const char *component = ENTITY[entity].component;
    snprintf(topic, DISCOVERY_TOPIC_BYTES, "homeassistant/%s/%s/config", component, id);
    snprintf(message, DISCOVERY_BYTES,
             "{\"~\":\"" BASE "%s\",\"unique_id\":\"%s_%s\",%s,\"availability_topic\":\"~" AVAILABILITY "\","
             "\"device\":{\"identifiers\":[\"%s\"],\"name\":\"%s\"}}",
             id, id, component, ENTITY[entity].own, id, name);
}
