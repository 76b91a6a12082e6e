"""`python -m xinheng.interfaces.api`: prints the OpenAPI document, for generators of clients; asks no database."""

import json
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    from xinheng.interfaces.api.reference import document

    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
