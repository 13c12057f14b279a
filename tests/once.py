"""What the libraries do anew for each test, and need not: for thousands of tests it takes minutes."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def static_files_are_read() -> Iterator[None]:
    """By the first client of the tests; every other one takes what it found."""
    reading, read = WhiteNoiseMiddleware.add_files_from_finders, {}

    def read_once(self) -> None:
        if not read:
            reading(self)
            read.update(self.files)
        self.files.update(read)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", read_once)
        yield


def passwords_are_hashed() -> override_settings:
    """And not some hundred thousand times over, which is there to be slow."""
    return override_settings(PASSWORD_HASHERS=QUICK)


def rubbish_is_sought() -> None:
    """Not among all the tests that were collected, each time that something else may be rubbish."""
    gc.collect()
    gc.freeze()
