// A conversation on the Serial Monitor: a line in, an answer out. Partition scheme: the partitions.csv beside this sketch.
#include <esp32_llm.h>

// setup() and loop() need room for a generation on their stack.
SET_LOOP_TASK_STACK_SIZE(16 * 1024);

static s3lm_handle_t llm;

static bool print(void *, const char *text, size_t length) {
    Serial.write(reinterpret_cast<const uint8_t *>(text), length);
    return true;
}

void setup() {
    Serial.begin(115200);
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    if (s3lm_new(&config, &llm) != ESP_OK) {
        Serial.println("The model could not be made: the log says why (Tools, Core Debug Level, Error).");
        for (;;) delay(1000);
    }
    Serial.print("> ");
}

void loop() {
    if (!Serial.available()) {
        delay(10);
        return;
    }
    String line = Serial.readStringUntil('\n');
    line.trim();
    if (line.isEmpty()) return;
    s3lm_request_t request = S3LM_REQUEST_DEFAULT(line.c_str());
    request.go_on = true;
    request.on_text = print;
    if (s3lm_generate(llm, &request, nullptr) == ESP_ERR_INVALID_SIZE) {
        request.go_on = false;
        s3lm_generate(llm, &request, nullptr);
    }
    Serial.print("\n> ");
}
