from django.apps import AppConfig


class PersonnelConfig(AppConfig):
    name = "titan.personnel"
    label = "personnel"

    def ready(self) -> None:
        from titan.ledger.entering import identify_with
        from titan.personnel import guards  # noqa: F401
        from titan.personnel.queries.identities import subjects_of

        identify_with(subjects_of)
