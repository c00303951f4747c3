"""«Мой форум»: the participant's own page, ticket and calendar."""
