from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "titan.training"
    label = "training"

    def ready(self) -> None:
        from titan.core.erasing import erase_with
        from titan.core.jobs import nightly, when_asked
        from titan.core.merging import merge_with
        from titan.ledger.commands.begin import adopt_with
        from titan.training import guards  # noqa: F401
        from titan.training.commands import merge
        from titan.training.commands.erase import blank_remarks
        from titan.training.consequences import guards as case_guards  # noqa: F401
        from titan.training.queries.adopted import adopted_leaves, count_adopted
        from titan.training.verify.running import verify_asked, verify_night

        erase_with(blank_remarks)
        merge_with(merge.FLOOR)
        nightly("verify what is new", verify_night)
        when_asked(verify_asked)
        adopt_with(count_adopted, adopted_leaves)
