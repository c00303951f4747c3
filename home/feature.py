from __future__ import annotations

from home import beginning, cli, first_key, navigation, standing, views
from home.backup import backup_command, restore_command
from home.secrets_cli import secrets_cli
from kernel.feature import Feature, Panel

FEATURE = Feature(
    "home",
    parts=(first_key,),
    blueprints=(views.blueprint,),
    pages=(views,),
    panels=(
        Panel("work.tasks", standing.standing_letters, order=1),
        Panel("work.tasks", beginning.first_steps, order=5),
    ),
    links={
        "public_nav": navigation.public_links,
        "footer_nav": navigation.footer_links,
        "work_nav": navigation.work_links,
    },
    named_pages={"front": "home.front", "work": "home.work"},
    commands=(cli.worker_command, cli.demo_command, backup_command, restore_command, secrets_cli),
)
