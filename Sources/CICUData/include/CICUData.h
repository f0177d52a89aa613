#ifndef CICUDATA_H
#define CICUDATA_H

#include <stdint.h>

/// The data of ICU 76 that the linker takes instead of Foundation's own: a package that holds nothing.
///
/// Foundation brings 34 MB of names of languages, calendars and collations, and the gateway uses none of them
/// (docs/decisions/0022-size.md). ICU answers every question for data with U_MISSING_RESOURCE_ERROR or
/// U_FILE_ACCESS_ERROR then.
struct icu_data {
    uint16_t headerSize;
    uint8_t magic1, magic2;
    uint16_t infoSize, infoReserved;
    uint8_t isBigEndian, charsetFamily, sizeofUChar, reservedByte;
    uint8_t dataFormat[4], formatVersion[4], dataVersion[4];
    char padding[8];
    uint32_t count, reserved;
    uint32_t nothing[4];
};

extern const struct icu_data icudt76_dat;

#endif
