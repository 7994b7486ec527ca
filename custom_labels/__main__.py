"""The command `custom-labels`."""

import click

from custom_labels.commands import projects, running, training
from custom_labels.commands.bucket import bucket
from custom_labels.commands.dataset import dataset
from custom_labels.commands.detect import detect
from custom_labels.terminal import Commands, examples


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=examples(
        "custom-labels projects create parts",
        "custom-labels dataset import photos --project parts --split 0.2",
        "custom-labels train parts",
        "custom-labels start parts --for 2h",
        "custom-labels detect new/*.jpg --annotate seen",
        "custom-labels stop --all",
        "",
        "Completion: put one of these lines into ~/.bashrc or ~/.zshrc",
        '  eval "$(_CUSTOM_LABELS_COMPLETE=bash_source custom-labels)"',
        '  eval "$(_CUSTOM_LABELS_COMPLETE=zsh_source custom-labels)"',
    ),
)
def main() -> None:
    """Take an Amazon Rekognition Custom Labels model from images to detection.

    Account, region and endpoint are those of AWS_PROFILE, AWS_DEFAULT_REGION and AWS_ENDPOINT_URL.
    Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C.
    """


main.add_command(projects.projects)
main.add_command(bucket)
main.add_command(dataset)
main.add_command(projects.status)
main.add_command(training.train)
main.add_command(training.evaluate)
main.add_command(running.start)
main.add_command(running.stop)
main.add_command(running.cost)
main.add_command(detect)


if __name__ == "__main__":
    main()
