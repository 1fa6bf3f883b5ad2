// Stand-in for the part of the Arduino core that the example calls.
#pragma once
#include <cstddef>
#include <cstdint>

#define SET_LOOP_TASK_STACK_SIZE(bytes)                                                                                \
    size_t getArduinoLoopTaskStackSize() { return bytes; }

class String {
  public:
    void trim();
    bool isEmpty() const;
    const char *c_str() const;
};

class HardwareSerial {
  public:
    void begin(unsigned long baud);
    int available();
    size_t write(const uint8_t *bytes, size_t length);
    size_t print(const char *text);
    size_t println(const char *text);
    String readStringUntil(char end);
};

extern HardwareSerial Serial;
void delay(uint32_t ms);
