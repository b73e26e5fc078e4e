"""Write the workflow files to lint into a folder: those of the documents, and the action's steps as a workflow.

actionlint knows workflows, and no actions. A workflow that is called has inputs as an action has, so that its steps can
be taken as they are.
"""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
OWN = re.compile(r"<owner>/maillint@<revision>")
PINNED = f"example/maillint@{40 * '0'}  # a release"
BLOCK = re.compile(r"^```yaml file=\S*?([^\s/]+\.ya?ml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def of_action() -> str:
    """The action as a workflow that is called."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: {**known, "type": "string"} for name, known in action["inputs"].items()}
    workflow = {
        "name": action["name"],
        "on": {"workflow_call": {"inputs": inputs}},
        "permissions": {},
        "jobs": {
            "action": {
                "runs-on": "ubuntu-latest",
                "permissions": {"contents": "read", "security-events": "write"},
                "steps": action["runs"]["steps"],
            }
        },
    }
    return yaml.safe_dump(workflow, sort_keys=False, width=1000)


def of_documents() -> dict[str, str]:
    """The workflows in the documents, by their names."""
    found = {}
    for page in sorted((ROOT / "docs").glob("*.md")):
        for name, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if "\njobs:\n" in text:
                found[f"{page.stem}-{name}"] = OWN.sub(PINNED, text)
    return found


def main(folder: Path) -> None:
    """Write them all."""
    folder.mkdir(parents=True, exist_ok=True)
    workflows = of_documents()
    assert workflows, "no document holds a workflow"
    for name, text in {**workflows, "action.yml": of_action()}.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
