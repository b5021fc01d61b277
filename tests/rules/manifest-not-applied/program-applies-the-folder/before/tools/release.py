import subprocess
from pathlib import Path

for manifest in sorted(Path("k8s").glob("*-settings.yaml")):
    subprocess.run(["kubectl", "apply", "-f", str(manifest)], check=True)
