"""An uploaded sample document, checked before anything is stored."""

from __future__ import annotations

from kernel import files
from kernel.files import StoredFile
from practices.forms import SampleForm

SAMPLES = {".docx", ".odt", ".pdf", ".xlsx", ".pptx", ".png", ".jpg", ".jpeg"}


def checked(form: SampleForm) -> StoredFile | None:
    """The stored file; None when the form or the file has a fault, which then stands at its field."""
    if not form.validate():
        return None
    try:
        return files.write(files.check(form.file.data, SAMPLES))
    except files.FileRefused as refusal:
        form.file.errors = [str(refusal)]
        return None
