"""One JSON object a line on standard error, with the request id; no names or ids of persons (house rule)."""

import logging
import sys

import structlog


def configure_logs() -> None:
    """Set structlog and the standard library's logging to the same output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Every request has its line already; Django's own for a refused one would repeat the path as the caller wrote it.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
