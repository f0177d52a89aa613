#pragma once
// hiredis (Debian's libhiredis-dev, 0.14): only its protocol half is used, redisFormatCommandArgv and redisReader.
// Sockets, event loops and deadlines are SwiftNIO's. No inline wrappers are needed: Swift imports these as they are.
#include <hiredis/hiredis.h>
