from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from accounts import consenting
from kernel.forms import (
    Form,
    LineField,
    TextField,
    VersionedForm,
    accepted,
    email,
    personal_name,
    plain_name,
    required,
    without_links,
)
from practices.labels import FIELD_LABELS
from practices.moderation.models import PracticeComment
from practices.moderation.rules import COMMENTED
from practices.moderation.standing import Standing


class InvitationForm(Form):
    """A draft for a named author, begun by somebody else."""

    practice = LineField(_l("Name of the practice"), [required])
    territory = SelectField(_l("Where it comes from"), [required])
    name = LineField(_l("Author's surname, first name, patronymic"), [required, plain_name])
    email = LineField(_l("Author's e-mail"), [required, email], maximum=254)


class AuthorForm(Form):
    name = LineField(_l("Author's surname, first name, patronymic"), [required, plain_name])
    email = LineField(_l("Author's e-mail"), [required, email], maximum=254)


class ProposalForm(Form):
    """«Предложить практику»: enough to send the personal link."""

    practice = LineField(_l("What is the practice called?"), [required, without_links])
    territory = SelectField(_l("Municipality"), [required])
    name = LineField(_l("Your surname, first name, patronymic"), [required, personal_name, plain_name])
    email = LineField(_l("Your e-mail"), [required, email], maximum=254)
    consent_personal_data = BooleanField(
        _l("I agree to the processing of my personal data"),
        [accepted(_l("Without this consent we may not keep your name and address. Tick the box to go on."))],
    )
    consent_mailing = BooleanField(_l("I want to receive news of forums and practices"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not consenting.NEWS:
            del self.consent_mailing


class ReturnForm(VersionedForm):
    """A comment beside each field of the card; see `texts`."""

    comment_name = TextField(FIELD_LABELS["name"], maximum=2000)
    comment_effect = TextField(FIELD_LABELS["effect"], maximum=2000)
    comment_groups = TextField(FIELD_LABELS["groups"], maximum=2000)
    comment_what_is_done = TextField(FIELD_LABELS["what_is_done"], maximum=2000)
    comment_who_does_it = TextField(FIELD_LABELS["who_does_it"], maximum=2000)
    comment_what_is_needed = TextField(FIELD_LABELS["what_is_needed"], maximum=2000)
    comment_contact_email = TextField(FIELD_LABELS["contact_email"], maximum=2000)
    comment_documents = TextField(FIELD_LABELS["documents"], maximum=2000)
    comment_ = TextField(_l("The practice as a whole"), maximum=2000)

    def texts(self) -> dict[str, str]:
        """Comments written, by field name."""
        return {name: self[f"comment_{name}"].data for name in COMMENTED if self[f"comment_{name}"].data}


class PublishForm(VersionedForm):
    why = LineField(_l("Why without the author's confirmation"), [Optional()])
    despite = BooleanField(_l("I publish although these comments are open"))

    def knows(self, stand: Standing) -> bool:
        """Whether everything that stands against the publication is answered; else it is said at the field."""
        if stand.unconfirmed and not self.why.data:
            self.why.errors = [_("Say why it is published without the author, or ask the author to confirm.")]
        if stand.open_comments and not self.despite.data:
            self.despite.errors = [_("Settle the comments above, or tick that you publish although they are open.")]
        return not self.errors


class ConfirmForm(Form):
    """The author's «yes»."""

    despite = BooleanField(_l("I confirm although these comments are open"))

    def knows(self, comments: Sequence[PracticeComment]) -> bool:
        if comments and not self.despite.data:
            self.despite.errors = [_("Tick that you confirm although the comments are open, or send a remark.")]
        return not self.errors


class MessageForm(Form):
    """A word of the author to the editors."""

    text = TextField(_l("What should be put right?"), [required], maximum=2000)
