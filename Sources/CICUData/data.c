#include "CICUData.h"

// The header of ICU's common data (udata.h: DataHeader), of the format "ToCP" (a table of contents with pointers), with no entry.
const struct icu_data icudt76_dat = {
    .headerSize = 32,
    .magic1 = 0xda,
    .magic2 = 0x27,
    .infoSize = 20,
    .isBigEndian = 0,
    .charsetFamily = 0,
    .sizeofUChar = 2,
    .dataFormat = {'T', 'o', 'C', 'P'},
    .formatVersion = {1, 0, 0, 0},
    .count = 0,
};
