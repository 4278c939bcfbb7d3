from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "titan.records"
    label = "records"

    def ready(self) -> None:
        from titan.core.erasing import erase_with
        from titan.core.merging import merge_with
        from titan.ledger.commands.begin import adopt_with
        from titan.records import guards  # noqa: F401
        from titan.records.commands import merge
        from titan.records.commands.erase import blank_records
        from titan.records.queries.adopted import adopted_leaves, count_adopted

        erase_with(blank_records)
        merge_with(merge.FLOOR)
        adopt_with(count_adopted, adopted_leaves)
