"""The command `custom-labels`."""

import click


@click.group()
def main() -> None:
    """Take an Amazon Rekognition Custom Labels model from images to detection."""


if __name__ == "__main__":
    main()
