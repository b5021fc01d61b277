"""Does what deploy/Dockerfile does, without Docker, and looks whether what comes out runs as the image is run.

    sudo python scripts/check_image.py

It takes each step's words from the Dockerfile: what is copied, what is installed into an environment of its own, the
check of health, and the command. That is run by the image's user, without a network and with all but the user's folder
and /tmp read-only, as in deploy/compose.yaml. For Linux and root; packages come from pip's own registry.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
HERE = "/opt/stackfix"
"""Where the image has the environment; here it lies in a scratch folder."""

# An interpreter below /root is nobody else's to start: its folder alone is left there.
NAMESPACE = r"""
set -eu
ip link set lo up
case "$BASE" in /root/*)
    mount --bind "$BASE" /mnt
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$BASE"
    mount --bind /mnt "$BASE"
esac
mount -t tmpfs -o mode=755 tmpfs /srv
mkdir /srv/venv /srv/home
mount --bind "$VENV" /srv/venv
chown "$IMAGE_USER:$IMAGE_USER" /srv/home
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,bind,ro /
cd /srv/home
as_user=(
    setpriv --reuid "$IMAGE_USER" --regid "$IMAGE_USER" --clear-groups --no-new-privs --bounding-set=-all
    env -i HOME=/srv/home PATH=/srv/venv/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
    STACKFIX_GITHUB_WEBHOOK_SECRET=0123456789abcdef0123456789abcdef GITHUB_API_URL=http://127.0.0.1:1
    GITHUB_TOKEN=none
)
echo "- stackfix bot --check"
"${as_user[@]}" $PROGRAM bot --check || [ $? -eq 2 ]
echo "- $PROGRAM $WORDS"
"${as_user[@]}" $PROGRAM $WORDS 2>/tmp/log &
bot=$!
tries=0
until "${as_user[@]}" python -c "$HEALTH" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] && kill -0 $bot || { cat /tmp/log; exit 1; }
    sleep 0.5
done
echo "- it is healthy"
[ "$(stat -c %u /srv/home/.local/state/stackfix)" = "$IMAGE_USER" ]
kill -TERM $bot
wait $bot
echo "- told to stop, it ends well"
! "${as_user[@]}" python -c "$HEALTH" 2>/dev/null
echo "- and is no longer healthy"
"""


def one(pattern: str) -> str:
    """What the Dockerfile's only line of that form says."""
    found = re.findall(pattern, TEXT.replace("\\\n", " "), re.MULTILINE)
    if len(found) != 1:
        sys.exit(f"deploy/Dockerfile has {len(found)} lines like {pattern}")
    return str(found[0])


def built(scratch: Path) -> Path:
    """The environment that the first stage makes, of what it copies and nothing else."""
    context, venv = scratch / "context", scratch / "venv"
    context.mkdir()
    for words in re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.MULTILINE):
        for word in words.split():
            if (ROOT / word).is_dir():
                shutil.copytree(ROOT / word, context / word, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(ROOT / word, context / word)
    for step in one(r"^RUN (python -m venv .+)$").split("&&"):
        words = shlex.split(step.replace(HERE, str(venv)))
        words[0] = sys.executable if words[0] == "python" else words[0]
        print("-", shlex.join(words), flush=True)
        subprocess.run(words, cwd=context, check=True, stdout=subprocess.DEVNULL)
    return venv


def main() -> int:
    """Build, and run; the exit code."""
    if os.geteuid():
        sys.exit("only root may be another user in a read-only namespace")
    entry, words = (json.loads(one(rf"^{name} (\[.+\])$")) for name in ("ENTRYPOINT", "CMD"))
    health = json.loads(one(r"^HEALTHCHECK .*? CMD (\[.+\])$"))
    with tempfile.TemporaryDirectory(prefix="stackfix-image-") as name:
        venv = built(Path(name))
        environment = {
            **os.environ,
            "BASE": sys.base_prefix,
            "VENV": str(venv),
            "IMAGE_USER": one(r"^USER (\d+)$"),
            # tini is the image's; here nothing is orphaned.
            "PROGRAM": f"python /srv/venv/bin/{entry[-1]}",
            "WORDS": " ".join(words),
            "HEALTH": health[-1],
        }
        return subprocess.run(["unshare", "-mn", "bash", "-c", NAMESPACE], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
