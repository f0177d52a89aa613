#!/usr/bin/env python3
"""Prints a token as the login of a JWT tutorial makes it, by a few lines of its own and not by the gateway:

    jwt.sign({ userId, email, role }, process.env.ACCESS_TOKEN_SECRET, { expiresIn: '15m' })

  guide-token.py USER_ID EMAIL ROLE
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time


def segment(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def compact(document):
    return segment(json.dumps(document, separators=(",", ":")).encode())


user, email, role = sys.argv[1:]
now = int(time.time())
signed = compact({"alg": "HS256", "typ": "JWT"}) + b"." + compact(
    {"userId": user, "email": email, "role": role, "iat": now, "exp": now + 15 * 60})
secret = os.environ["ACCESS_TOKEN_SECRET"].encode()
print((signed + b"." + segment(hmac.new(secret, signed, hashlib.sha256).digest())).decode())
