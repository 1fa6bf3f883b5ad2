//! The emulated ESP32-S3 for JavaScript.
