"""The page of logins and tokens: who may enter, with the buttons that lock them out."""

from collections.abc import Sequence

from cloud_hub.admin.people.actions import (
    CHANGE_LOGIN,
    DEMAND_FACTOR,
    DEMANDED,
    MAKE,
    REVOKE_TOKEN,
    LoginChange,
)
from cloud_hub.admin.people.view import LoginRow, PeopleView, RevealRow, TokenRow
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.forms.form import Filling, form
from cloud_hub.web.markup import NOTHING, Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader
from cloud_hub.web.roles import role_name
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole


def people_page(view: PeopleView, reader: Reader) -> Markup:
    """Logins, tokens, and a form for one more login."""
    words = reader.words
    roles = {role.value: role_name(role, words) for role in view.roles}
    return el(
        "div",
        el("header", el("h1", words("Logins")), class_="page-head"),
        panel(words("People"), data_table(logins_table(view.logins, reader), reader)),
        panel(words("Programs"), data_table(tokens_table(view.tokens, reader), reader)),
        panel(words("Second factor"), _demands(view, reader)),
        _reveals(view, reader),
        panel(
            words("One more login, or a new password"),
            form(
                MAKE,
                Filling(values={}, about={}, options={"role": roles}),
                reader,
                words("Let in"),
            ),
        ),
        class_="page page-logins",
    )


def logins_table(rows: Sequence[LoginRow], reader: Reader) -> Table[LoginRow]:
    """One line a login."""
    words = reader.words
    columns: tuple[Column[LoginRow], ...] = (
        Column(key="login", title=words("Login name"), value=lambda row: row.login_name),
        Column(
            key="role",
            title=words("Role"),
            value=lambda row: role_name(row.role, words),
            choices=True,
        ),
        Column(key="bounds", title=words("Only for"), value=lambda row: _bounds(row.bounds, words)),
        Column(
            key="state",
            title=words("State"),
            value=lambda row: words("may sign in") if row.disabled_at is None else words("locked"),
            choices=True,
        ),
        Column(
            key="factor",
            title=words("Second factor"),
            value=lambda row: words("on") if row.has_factor else words("off"),
            choices=True,
        ),
        Column(
            key="do",
            title=words("Change"),
            value=lambda _: None,
            cell=lambda row: _login_buttons(row, reader),
        ),
    )
    return Table(
        name="logins",
        columns=columns,
        rows=rows,
        nothing=words("Nobody may sign in yet"),
        mark=lambda row: {"data_key": row.login_name},
        kind="told",
    )


def tokens_table(rows: Sequence[TokenRow], reader: Reader) -> Table[TokenRow]:
    """One line a token, revoked ones too."""
    words = reader.words
    columns: tuple[Column[TokenRow], ...] = (
        Column(key="name", title=words("Name"), value=lambda row: row.name),
        Column(
            key="id",
            title=words("Token"),
            value=lambda row: row.token_id,
            cell=lambda row: el("code", row.token_id),
        ),
        Column(key="role", title=words("Role"), value=lambda row: role_name(row.role, words)),
        Column(key="bounds", title=words("Only for"), value=lambda row: _bounds(row.bounds, words)),
        Column(
            key="may",
            title=words("Rights"),
            value=lambda row: words("read and write") if row.may_write else words("read"),
        ),
        Column(
            key="since",
            title=words("Since"),
            value=lambda row: row.created_at,
            cell=lambda row: age(row.created_at, reader),
        ),
        Column(
            key="do",
            title=words("Change"),
            value=lambda row: row.revoked_at,
            cell=lambda row: _token_button(row, reader),
        ),
    )
    return Table(
        name="tokens",
        columns=columns,
        rows=rows,
        nothing=words("No program has a token"),
        mark=lambda row: {"data_key": row.token_id},
        kind="told",
    )


def reveals_table(rows: Sequence[RevealRow], reader: Reader) -> Table[RevealRow]:
    """One line a reveal."""
    words = reader.words
    columns: tuple[Column[RevealRow], ...] = (
        Column(
            key="at",
            title=words("When"),
            value=lambda row: row.at,
            cell=lambda row: age(row.at, reader),
        ),
        Column(key="who", title=words("Who"), value=lambda row: row.who, choices=True),
        Column(key="act", title=words("Act"), value=lambda row: row.reveal, choices=True),
        Column(key="subject", title=words("Subject"), value=lambda row: row.subject),
        Column(key="scope", title=words("Scope"), value=lambda row: row.scope),
        Column(key="rows", title=words("Rows"), value=lambda row: row.rows),
    )
    return Table(
        name="reveals",
        columns=columns,
        rows=rows,
        nothing=words("Nothing was shown or saved"),
        mark=lambda row: {"data_key": str(row.entry)},
        kind="told",
    )


def _reveals(view: PeopleView, reader: Reader) -> Markup:
    if view.reveals is None:
        return NOTHING
    title = reader.words("What was shown or saved")
    return panel(title, data_table(reveals_table(view.reveals, reader), reader))


def _bounds(bounds: Sequence[str], words: Words) -> str:
    return ", ".join(bounds) or words("the whole chain")


def _login_buttons(row: LoginRow, reader: Reader) -> Markup:
    words = reader.words
    if not row.may_be_changed:
        return NOTHING
    change, said = (
        (LoginChange.DISABLE, words("Lock"))
        if row.disabled_at is None
        else (LoginChange.ENABLE, words("Let in again"))
    )
    about = {"login_name": row.login_name}
    return el(
        "div",
        act_form(
            CHANGE_LOGIN,
            reader,
            about,
            press(CHANGE_LOGIN, "change", change.value, said, class_="button button-quiet"),
        ),
        _reset_button(row, reader),
        el(
            "details",
            el("summary", words("Take away")),
            act_form(
                CHANGE_LOGIN,
                reader,
                about,
                press(
                    CHANGE_LOGIN,
                    "change",
                    LoginChange.REMOVE.value,
                    words("Take {name} away for good", name=row.login_name),
                    class_="button button-quiet",
                ),
            ),
        ),
        class_="answers",
    )


def _reset_button(row: LoginRow, reader: Reader) -> Markup:
    if not row.has_factor:
        return NOTHING
    words = reader.words
    said = words("Take the second factor of {name} away", name=row.login_name)
    change = LoginChange.RESET_FACTOR.value
    return el(
        "details",
        el("summary", words("Lost phone")),
        act_form(
            CHANGE_LOGIN,
            reader,
            {"login_name": row.login_name},
            press(CHANGE_LOGIN, "change", change, said, class_="button button-quiet"),
        ),
    )


def _demands(view: PeopleView, reader: Reader) -> Markup:
    """One line a role that the reader may give: whether it needs a second factor."""
    return el("ul", [_demand(role, view, reader) for role in view.roles], class_="demands")


def _demand(role: LoginRole, view: PeopleView, reader: Reader) -> Markup:
    words, is_demanded = reader.words, role in view.demanded
    name = role_name(role, words)
    said = (
        words("{role} needs a second factor", role=name)
        if is_demanded
        else words("{role} signs in by password alone, if it wants", role=name)
    )
    button = words("Need it no more") if is_demanded else words("Need it")
    change = "no" if is_demanded else DEMANDED
    return el(
        "li",
        el("span", said),
        act_form(
            DEMAND_FACTOR,
            reader,
            {"role": role.value},
            press(DEMAND_FACTOR, "demanded", change, button, class_="button button-quiet"),
        ),
        data_key=f"demand-{role.value}",
    )


def _token_button(row: TokenRow, reader: Reader) -> Markup:
    words = reader.words
    if row.revoked_at is not None:
        return el("span", words("revoked"), " ", age(row.revoked_at, reader), class_="quiet")
    if not row.may_be_changed:
        return NOTHING
    return act_form(
        REVOKE_TOKEN,
        reader,
        {},
        press(
            REVOKE_TOKEN,
            "token_id",
            row.token_id,
            words("Revoke"),
            class_="button button-quiet",
        ),
    )
