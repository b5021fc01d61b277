"""What must never be shown: a value that is a secret by its variable's name or by its own look. In doubt it is one."""

from __future__ import annotations

import math
import re
from collections import Counter

_NAME = re.compile(
    r"(?:^|[_.-])(?:PASS(?:WORD|WD|PHRASE|CODE)?|PWD|SECRETS?|TOKENS?|API_?KEYS?|KEYS?|CREDENTIALS?|CREDS?|AUTH|PRIVATE|SALT"
    r"|SIGNATURE|CERT|DSN|COOKIE|WEBHOOK|ACCESS_KEY_ID|JWT|BEARER|LICEN[CS]E|PIN|SEED|MNEMONIC)(?:$|[_.-])"
)
_RUN_TOGETHER = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|CREDENTIAL|PRIVATEKEY|ACCESSKEY|ENCRYPTIONKEY"
)
_LOGS_IN = re.compile(r"PASS|PWD|SECRET|AUTH|TOKEN|CREDENTIAL", re.IGNORECASE)
_HARMLESS_NAME = re.compile(
    r"(?:_|^)(?:KEY_?(?:NAME|PREFIX|SPACE)|KEYSPACE|TOKEN_(?:EXPIRES?\w*|EXPIRY|TTL|LIFETIME|LIMIT|TYPE|URL|ENDPOINT|ALGORITHM)"
    r"|(?:MAX|MIN|NUM)_\w*TOKENS?|PASSWORD_(?:MIN|MAX)\w*|SECRET_NAME|PUBLIC_KEY|AUTH_(?:URL|HOST|ENABLED|MODE|TYPE)"
    r"|AUTH(?:_(?:SERVICE|SERVER|SVC|API|APP|GATEWAY|PROVIDER|BACKEND))+_(?:URL|URI|HOST|PORT|ADDR(?:ESS)?|ENDPOINT)"
    r"|(?:\w+_)?(?:KEY|TOKEN|SECRET|PASSWORD|CERT)_(?:FILE|PATH|DIR))$"
)
_WITH_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:([^@\s/]+)@")
_OF_A_NAME = re.compile(r"(?<![\w/:])[\w.-]*:([^@\s]+)@(?:tcp|unix)\(")
_KNOWN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)[-_][\w-]{8,}|\bsk-[A-Za-z0-9]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{12,}|\bxox[abprs]-[\w-]{8,}|\bAKIA[0-9A-Z]{12,}"
    r"|\bAIza[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}|\bhf_[A-Za-z0-9]{16,}|\bSG\.[\w-]{16,}|\bhvs\.[\w-]{16,}|\bnpm_[A-Za-z0-9]{20,}"
    r"|[?&](?:password|token|secret|api_?key|sig)=[^&\s$]+",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"(?<![\w/.@:-])[A-Za-z0-9+/_=-]{20,}(?![\w/.@:-])")
_BITS_PER_CHARACTER = 3.6
_LONGEST_WORD = 15
_LONGEST_NUMBER = 8
_PLAIN = re.compile(r"(?:true|false|yes|no|on|off|null|none|\d{1,6}(?:\.\d+)?)?", re.IGNORECASE)


def is_secret(name: str, value: str | None) -> bool:
    """Whether a variable's value must be hidden. A value that is a number, a switch or empty tells nobody anything."""
    if value is None or (_PLAIN.fullmatch(value.strip()) and not value.strip().isdecimal()):
        return False
    return secret_name(name) or secret_value(value)


def secret_name(name: str) -> bool:
    """Whether a variable of that name usually holds a secret."""
    upper = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()
    if _HARMLESS_NAME.search(upper):
        return False
    return bool(_NAME.search(upper) or _RUN_TOGETHER.search(upper))


def may_log_in(name: str) -> bool:
    """Whether a variable of that name may hold what somebody logs in with: the word may stand anywhere in it."""
    return _LOGS_IN.search(name) is not None


def secret_value(value: str) -> bool:
    """Whether a text holds a secret by its look: a key, a token, a URL with a password, a long random string."""
    if _KNOWN.search(value):
        return True
    if any(not m.group(1).startswith(("$", "{", "<", "%")) for m in _WITH_PASSWORD.finditer(value)):
        return True
    if any(not m.group(1).startswith(("$", "{", "<", "%")) for m in _OF_A_NAME.finditer(value)):
        return True
    return any(_random(m.group()) for m in _RANDOM.finditer(value))


def is_token(value: str) -> bool:
    """Whether a text is a provider's token or a private key by its shape."""
    match = _KNOWN.search(value)
    return match is not None and not match.group().startswith(("?", "&"))


def is_random(word: str) -> bool:
    """Whether a word has letters and digits in no order that a person would choose."""
    return _random(word) and " " not in word


def _random(word: str) -> bool:
    """Whether a run of characters has more to it than words and numbers have."""
    if not (re.search(r"\d", word) and re.search(r"[A-Za-z]", word)):
        return False
    counts = Counter(word)
    bits = -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values())
    parts = re.split(r"[-_/]", word)
    plain = all(
        (p.isalpha() and len(p) <= _LONGEST_WORD) or (p.isdigit() and len(p) <= _LONGEST_NUMBER) for p in parts if p
    )
    return bits >= _BITS_PER_CHARACTER and not plain
