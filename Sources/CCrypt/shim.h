#pragma once
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/// Hashes `phrase` as `setting` says, with libxcrypt. Writes the NUL-terminated result to `output` (CRYPT_OUTPUT_SIZE
/// bytes). The working memory (32 KB) is wiped and freed, since it holds what the phrase was made into.
/// Returns 0, or -1 where libxcrypt refuses the setting or there is no memory.
static inline int gw_crypt(const char *phrase, const char *setting, char *output) {
    struct crypt_data *data = calloc(1, sizeof *data);
    if (data == NULL) return -1;
    const char *hash = crypt_r(phrase, setting, data);
    int failed = hash == NULL || hash[0] == '*';
    if (!failed) {
        strncpy(output, hash, CRYPT_OUTPUT_SIZE - 1);
        output[CRYPT_OUTPUT_SIZE - 1] = 0;
    }
    explicit_bzero(data, sizeof *data);
    free(data);
    return failed ? -1 : 0;
}

/// A setting for `$2b$` with `cost` and `salt` of 16 bytes. Returns 0, or -1.
static inline int gw_bcrypt_setting(unsigned long cost, const char *salt, char *output) {
    return crypt_gensalt_rn("$2b$", cost, salt, 16, output, CRYPT_GENSALT_OUTPUT_SIZE) == NULL ? -1 : 0;
}

enum { gw_crypt_output_size = CRYPT_OUTPUT_SIZE, gw_crypt_setting_size = CRYPT_GENSALT_OUTPUT_SIZE };
