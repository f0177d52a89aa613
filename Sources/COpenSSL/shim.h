// libcrypto for AuthFilter: the headers it uses, and wrappers for what Swift can't say well.
#pragma once
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/// An HMAC context that is keyed and initialised, or NULL. `digest` is a name such as "SHA256".
/// OSSL_PARAM wants a mutable string that it only reads, hence here.
static inline EVP_MAC_CTX *copenssl_hmac_new(const char *digest, const unsigned char *key, size_t length) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac);  // the context holds its own reference
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (context && EVP_MAC_init(context, key, length, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

/// Starts an HMAC context over with the key it already has (a NULL key in EVP_MAC_init), so that no token pays for
/// setting the key up.
static inline int copenssl_hmac_restart(EVP_MAC_CTX *context) {
    return EVP_MAC_init(context, NULL, 0, NULL);
}

/// Starts a digest context over with the digest it already has.
static inline int copenssl_digest_restart(EVP_MD_CTX *context) {
    return EVP_DigestInit_ex2(context, NULL, NULL);
}
