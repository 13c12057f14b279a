"""`rotate_encryption_key`: encrypts every stored secret anew, with the first of FERNET_KEYS."""

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from config.team import two_step

from ...secrets import encrypted


class Command(BaseCommand):
    help = (
        "Encrypts every stored secret anew, with the first key of FERNET_KEYS. To rotate: 1. put a new random key of "
        "at least 32 characters in front (FERNET_KEYS=new,old) and restart web and worker; 2. run this command; "
        "3. when it ends well, take the old key away and restart again. Keep the old key as long as you keep backups "
        "that were made with it."
    )

    def handle(self, *args, **options) -> None:
        done, lost = 0, []
        for model, fields in encrypted():
            for pk in model._base_manager.values_list("pk", flat=True).order_by("pk"):
                if rotate(model, pk, fields):
                    done += 1
                else:
                    lost.append(f"{model._meta.label} {pk}")
        for pk in two_step.with_secrets():
            if two_step.encrypt_anew(pk):
                done += 1
            else:
                lost.append(f"second step {pk}")
        self.stdout.write(f"{done} encrypted with the first key.")
        if lost:
            cure = "No key of FERNET_KEYS opens them: put the old one back, or enter the token again."
            raise CommandError(f"Not rotated: {', '.join(lost)}. {cure}")


@transaction.atomic
def rotate(model: type[Model], pk: int, fields: list[str]) -> bool:
    """One row, under its lock: an expression over many would encrypt the text of the expression."""
    try:
        row = model._base_manager.select_for_update().filter(pk=pk).first()
    except InvalidToken:
        return False
    if row is not None:
        row.save(update_fields=fields)
    return True
