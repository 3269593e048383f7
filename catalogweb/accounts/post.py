"""Mails. They leave after the transaction and from a thread of their own.

So a slow mail server slows no request, and how long a request takes tells nobody whether it sent one.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

log = logging.getLogger("catalogweb.mail")
clerk = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def post(*, to: str, subject: str, template: str, **context: Any) -> None:
    """Send `template` of the folder `mails` as plain text, once the transaction is committed."""
    message = EmailMessage(subject, render_to_string(f"mails/{template}.txt", context), to=[to])
    transaction.on_commit(lambda: clerk.submit(_send, message))


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception as error:
        # Nobody waits for the answer, and the text holds a code: only that it failed, and why.
        log.error("a mail could not be sent: %s: %s", type(error).__name__, error)
