"""Files that hold secrets: by their name, and where they can be read, by what is in them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import environment
from stackfix.graph.references import BROWSER_PREFIXES
from stackfix.graph.secrets import is_secret

if TYPE_CHECKING:
    from stackfix.graph.library import Library

_DOTENV = re.compile(r"^(?:\.env(?:\.[\w.-]+)?|[\w.-]*\.env)$")
_KEYS = re.compile(
    r"^(?:id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]+\.(?:p12|pfx|jks|keystore|ppk)|[\w.-]*(?:priv(?:ate)?|server|tls|ssl)[\w.-]*\.key"
    r"|[\w.-]*(?:priv(?:ate)?[_-]?key|privkey)[\w.-]*\.pem|\.netrc|\.pgpass|\.git-credentials|kubeconfig"
    r"|credentials(?:\.(?:json|ya?ml|toml|ini))?|(?:[\w-]*service[_-]?account[\w-]*|client_secrets?|gcp-key)\.json"
    r"|secrets?\.(?:ya?ml|json|toml|env))$"
)
_EXAMPLE = re.compile(
    r"(?:^|[._-])(?:example|examples|sample|template|tmpl|tpl|dist|default|defaults|schema|test|tests|testing|ci|demo|mock)(?:$|[._-])",
    re.IGNORECASE,
)


def named_so(path: str) -> bool:
    """Whether a file's name says that it holds secrets; an example's doesn't."""
    name = posixpath.basename(path)
    return not _EXAMPLE.search(name) and bool(_DOTENV.match(name) or _KEYS.match(name))


def is_dotenv(path: str) -> bool:
    """Whether a file of secrets is one that `env_file` takes."""
    return bool(_DOTENV.match(posixpath.basename(path)))


def holds_secret(library: Library, path: str) -> bool | None:
    """Whether a file named so certainly has a secret in it; None where it isn't there or can't be read.

    What a bundler puts into pages is public. Templates of manifests hold words in place of secrets: of what is no
    dotenv file, only a private key is certain.
    """
    if not library.tree.is_file(path):
        return None
    if not is_dotenv(path):
        text = library.text(path)
        return None if text is None else "PRIVATE KEY" in text.value
    given = environment.variables(library, path)
    if given is None:
        return None
    hidden = (v for v in given.values() if not v.name.upper().startswith(BROWSER_PREFIXES))
    return any(v.value is not None and is_secret(v.name, v.value.value) for v in hidden)
