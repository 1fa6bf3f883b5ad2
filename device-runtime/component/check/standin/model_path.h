/* See esp_err.h. Of the component espressif/esp-sr 2.x. */
#ifndef STANDIN_MODEL_PATH_H
#define STANDIN_MODEL_PATH_H

typedef struct srmodel_list srmodel_list_t;

srmodel_list_t *esp_srmodel_init(const char *partition_label);
char *esp_srmodel_filter(srmodel_list_t *models, const char *keyword, const char *other);

#endif
