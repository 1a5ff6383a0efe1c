// The smallest product firmware a line can build: it has a version, connects, and says what it is.
#include "Particle.h"

// The same number stands in the recipe (product.version) and in the console where the binary is uploaded. The linker writes
// it into the module suffix; a station reads it there, because a unit never tells it over USB.
PRODUCT_VERSION(1);

// Device OS 4.0 and later refuse PRODUCT_ID at compile time: one binary serves every product of its platform, and a unit
// belongs to a product because it was pre-added. Before 4.0 the ID is part of the binary and must be the product's own.
// The top byte of SYSTEM_VERSION is the major number, so that prereleases of 4.0 count as 4.0.
#if (SYSTEM_VERSION >> 24) < 4
#ifndef REFERENCE_PRODUCT_ID
#define REFERENCE_PRODUCT_ID 8178
#endif
PRODUCT_ID(REFERENCE_PRODUCT_ID);
#endif

SYSTEM_MODE(AUTOMATIC);
SYSTEM_THREAD(ENABLED);

static SerialLogHandler logHandler(LOG_LEVEL_INFO);
static const system_tick_t REPORT_EVERY_MS = 60000;
static system_tick_t lastReport = 0;

void setup() {
    Log.info("reference product, Device OS %s", System.version().c_str());
}

void loop() {
    if (millis() - lastReport < REPORT_EVERY_MS) {
        return;
    }
    lastReport = millis();
    Log.info("up %lu s, cloud %s", static_cast<unsigned long>(millis() / 1000), Particle.connected() ? "yes" : "no");
}
