#!/usr/bin/env python3
"""Stands for `docker` where there is no engine: a container is a process of the real service on one of the ports that
nginx knows. It understands what deploy/rollout says, and nothing more. STAND_IN names its folder."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(os.environ["STAND_IN"])
STATE = FOLDER / "containers.json"
SETTINGS = json.loads((FOLDER / "settings.json").read_text())


def containers() -> dict:
    return json.loads(STATE.read_text()) if STATE.exists() else {}


def start(version: str) -> dict:
    taken = {one["port"] for one in containers().values()}
    port = next(port for port in SETTINGS["ports"] if port not in taken)
    env = os.environ | SETTINGS["env"] | {"HR_LISTEN": f"127.0.0.1:{port}"}
    if version == "broken":
        env |= {"HR_HTTP_WORKERS": "none"}
    number = len(list(FOLDER.glob("*.log")))
    with (FOLDER / f"{number}.log").open("wb") as log:
        process = subprocess.Popen([SETTINGS["binary"], "serve"], env=env, stdout=log, stderr=log, start_new_session=True)
    return {"id": f"c{number}", "version": version, "port": port, "pid": process.pid}


def runs(one: dict) -> bool:
    try:
        return "(hr-scheduling) Z" not in Path(f"/proc/{one['pid']}/stat").read_text()
    except OSError:
        return False


def health(one: dict) -> str:
    if not runs(one):
        return "exited unhealthy"
    env = os.environ | SETTINGS["env"] | {"HR_LISTEN": f"127.0.0.1:{one['port']}"}
    asked = subprocess.run([SETTINGS["binary"], "healthcheck"], env=env, capture_output=True)
    return "running healthy" if asked.returncode == 0 else "running starting"


def stop(one: dict, kind=signal.SIGTERM):
    if runs(one):
        os.kill(one["pid"], kind)
    while runs(one):
        time.sleep(0.05)


def main(words: list[str]):
    known = containers()
    with (FOLDER / "said").open("a") as said:
        print(os.environ.get("HR_VERSION", ""), *words, file=said)
    match words:
        case ["compose", "-f", _, "-f", _, "ps", "--quiet", "app"]:
            print(*known, sep="\n", end="\n" if known else "")
        case ["compose", "-f", _, "-f", _, "up", "--detach", "--no-deps", "--no-recreate", "--scale", scale, "app"]:
            while len(known) < int(scale.removeprefix("app=")):
                one = start(os.environ["HR_VERSION"])
                known[one["id"]] = one
                STATE.write_text(json.dumps(known))
        case ["compose", "-f", _, "-f", _, "pull" | "run", *_]:
            pass
        case ["compose", "-f", _, "-f", _, "up", "--detach", "--no-deps", "--wait", "worker"]:
            pass
        case ["inspect", "--format", _, name]:
            print(health(known[name]))
        case ["logs", "--tail", _, name]:
            print((FOLDER / f"{name[1:]}.log").read_text())
        case ["stop", "--time", _, name]:
            stop(known[name])
        case ["rm", *_, name]:
            stop(known[name], signal.SIGKILL)
            del known[name]
            STATE.write_text(json.dumps(known))
        case _:
            sys.exit(f"the stand-in does not know: {words}")


if __name__ == "__main__":
    main(sys.argv[1:])
